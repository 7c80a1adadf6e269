"""Asking again and again until something has come about.

Adapted from botocore; see NOTICE.
"""

import time

from botocore import _jmespath as jmespath
from botocore import xform_name
from botocore.exceptions import ClientError, WaiterConfigError, WaiterError


def create_waiter(name, config, client):
    """The waiter `name` of a client."""
    kind = type(f"{client.__class__.__name__}.Waiter.{name}", (Waiter,), {})
    return kind(name, WaiterConfig(config), getattr(client, xform_name(config["operation"])))


class WaiterConfig:
    """What a waiter asks, how often, and what it makes of the answers."""

    def __init__(self, config):
        self.operation = config["operation"]
        self.delay = config["delay"]
        self.max_attempts = config["maxAttempts"]
        self.acceptors = [AcceptorConfig(acceptor) for acceptor in config["acceptors"]]


class AcceptorConfig:
    """One rule: what an answer must hold to mean success, failure or another try."""

    def __init__(self, config):
        self.state = config["state"]
        self.matcher = config["matcher"]
        self.expected = config["expected"]
        self.argument = config.get("argument")
        if self.matcher in ("path", "pathAll", "pathAny"):
            self._expression = jmespath.compile(self.argument)
        elif self.matcher not in ("status", "error"):
            raise WaiterConfigError(error_msg=f"Unknown acceptor: {self.matcher}")

    @property
    def explanation(self):
        """The rule in words."""
        if self.matcher == "path":
            return (
                f'For expression "{self.argument}" we matched expected path: "{self.expected}"'
            )
        if self.matcher == "pathAll":
            return (
                f'For expression "{self.argument}" all members matched '
                f'expected path: "{self.expected}"'
            )
        if self.matcher == "pathAny":
            return (
                f'For expression "{self.argument}" we matched expected '
                f'path: "{self.expected}" at least once'
            )
        if self.matcher == "status":
            return f"Matched expected HTTP status code: {self.expected}"
        return f"Matched expected service error code: {self.expected}"

    def matches(self, response):
        """Whether an answer, or an error's response, fits the rule."""
        expected = self.expected
        if self.matcher == "status":
            return response.get("ResponseMetadata", {}).get("HTTPStatusCode") == expected
        if self.matcher == "error":
            if isinstance(expected, bool):
                return ("Code" in response.get("Error", {})) is expected
            return response.get("Error", {}).get("Code", "") == expected
        if _is_error(response):
            return False
        result = self._expression.search(response)
        if self.matcher == "path":
            return result == expected
        if not isinstance(result, list) or not result:
            return False
        found = [element == expected for element in result]
        return all(found) if self.matcher == "pathAll" else any(found)


def _is_error(response):
    error = response.get("Error")
    return isinstance(error, dict) and "Code" in error


class Waiter:
    """Waits for one state of one thing."""

    def __init__(self, name, config, operation_method):
        self.name = name
        self.config = config
        self._operation_method = operation_method

    def _call(self, kwargs):
        try:
            return self._operation_method(**kwargs)
        except ClientError as e:
            return e.response

    def wait(self, **kwargs):
        """Return when the state has come about; raise WaiterError if it has not."""
        config = kwargs.pop("WaiterConfig", {})
        delay = config.get("Delay", self.config.delay)
        max_attempts = config.get("MaxAttempts", self.config.max_attempts)
        last_matched = None
        attempts = 0
        while True:
            response = self._call(kwargs)
            attempts += 1
            state = None
            for acceptor in self.config.acceptors:
                if acceptor.matches(response):
                    last_matched, state = acceptor, acceptor.state
                    break
            else:
                if _is_error(response):
                    error = response["Error"]
                    self._fail(
                        f"An error occurred ({error.get('Code', 'Unknown')}): "
                        f"{error.get('Message', 'Unknown')}",
                        response,
                    )
            if state == "success":
                return
            if state == "failure":
                self._fail(
                    "Waiter encountered a terminal failure state: " + last_matched.explanation,
                    response,
                )
            if attempts >= max_attempts:
                reason = "Max attempts exceeded"
                if last_matched is not None:
                    reason += f". Previously accepted state: {acceptor.explanation}"
                self._fail(reason, response)
            time.sleep(delay)

    def _fail(self, reason, response):
        raise WaiterError(name=self.name, reason=reason, last_response=response)
