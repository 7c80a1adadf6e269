"""Credentials: from the caller or from the environment."""

import os

from botocore.exceptions import PartialCredentialsError


class ReadOnlyCredentials:
    """A snapshot of credentials."""

    def __init__(self, access_key, secret_key, token=None):
        self.access_key = access_key
        self.secret_key = secret_key
        self.token = token


class Credentials(ReadOnlyCredentials):
    """A key pair, a session token where there is one, and where they came from."""

    def __init__(self, access_key, secret_key, token=None, method="explicit"):
        super().__init__(access_key, secret_key, token)
        self.method = method

    def get_frozen_credentials(self):
        """These credentials as they are now."""
        return ReadOnlyCredentials(self.access_key, self.secret_key, self.token)


def from_arguments(access_key, secret_key, token):
    """Credentials a caller gave by hand, or None."""
    if access_key is None and secret_key is None:
        return None
    if access_key is None or secret_key is None:
        missing = "aws_access_key_id" if access_key is None else "aws_secret_access_key"
        raise PartialCredentialsError(provider="explicit", cred_var=missing)
    return Credentials(access_key, secret_key, token)


def from_environment():
    """Credentials of the execution environment, or None."""
    access_key = os.environ.get("AWS_ACCESS_KEY_ID", "")
    if not access_key:
        return None
    secret_key = os.environ.get("AWS_SECRET_ACCESS_KEY", "")
    if not secret_key:
        raise PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY")
    token = os.environ.get("AWS_SESSION_TOKEN") or os.environ.get("AWS_SECURITY_TOKEN")
    return Credentials(access_key, secret_key, token or None, "env")
