"""The Runtime API, by way of the program."""
import _lambda_course as native
import snap_start

from .lambda_context import arguments_of
from .marshal import to_json, unmarshal


class Invocation:
    """One invocation: what the Runtime API sent."""
    __slots__ = ("sent", "invoke_id", "invocation_id")

    def __init__(self, sent):
        # Headers by their names in lower case, and `body`.
        self.sent = sent
        self.invoke_id = sent["lambda-runtime-aws-request-id"]
        self.invocation_id = sent.get("lambda-runtime-invocation-id")

    def context_arguments(self):
        return arguments_of(self.invoke_id, self.sent)

    def event(self):
        return unmarshal(self.sent["body"], self.sent.get("content-type", "application/json"))


class LambdaRuntimeClient:
    """Asks for invocations, and posts what came of them."""

    def next_invocation(self):
        return Invocation(native.next_invocation())

    def post_init_error(self, error, kind):
        native.init_error(to_json(error), kind)

    def post_restore_error(self, error, kind):
        native.restore_error(to_json(error), kind)

    def restore_next(self, log):
        """Returns in each environment that was restored. `log` is the descriptor of the log."""
        snap_start.be_restored(log)

    def post_invocation_error(self, invoke_id, error, cause):
        native.invocation_error(invoke_id, to_json(error), error["errorType"], to_json(cause))

    def post_invocation_result(self, invoke_id, result_data, content_type, invocation_id):
        """A text that is no UTF-8 cannot be sent, and ends the process, as it does on AWS."""
        try:
            payload = (
                result_data if isinstance(result_data, bytes)
                # line 186
                else result_data.encode("utf-8")
            )
            native.respond(invoke_id, payload, content_type)
        except Exception as e:
            # line 192
            self.handle_exception(e)

    def handle_exception(self, exc):
        """Nothing that goes wrong while a response is sent can be reported to the caller."""
        # line 211
        raise exc
