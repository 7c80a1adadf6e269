"""Sessions: where clients get their Region, credentials and endpoint."""

import os

from botocore import credentials as _credentials
from botocore._data import SERVICES
from botocore.client import create_client
from botocore.config import Config


class Session:
    """Region, credentials and settings shared by the clients made from it."""

    def __init__(self, region_name=None, credentials=None):
        self._region_name = region_name
        self._credentials = credentials
        self._config = None

    def get_config_variable(self, name):
        """A setting by its name; only the Region and the profile are known here."""
        if name == "region":
            environ = os.environ
            # boto3 reads AWS_DEFAULT_REGION; Lambda sets both alike.
            return (
                self._region_name
                or environ.get("AWS_DEFAULT_REGION")
                or environ.get("AWS_REGION")
                or None
            )
        if name == "profile":
            return os.environ.get("AWS_PROFILE")
        return None

    def set_config_variable(self, name, value):
        """Change a setting."""
        if name == "region":
            self._region_name = value

    def get_default_client_config(self):
        """Settings that clients start from."""
        return self._config

    def set_default_client_config(self, client_config):
        """Change the settings that clients start from."""
        self._config = client_config

    def get_credentials(self):
        """The session's credentials, or None."""
        if self._credentials is None:
            self._credentials = _credentials.from_environment()
        return self._credentials

    def set_credentials(self, access_key, secret_key, token=None):
        """Use these credentials from now on."""
        self._credentials = _credentials.Credentials(access_key, secret_key, token)

    def get_available_services(self):
        """Services there are clients for."""
        return list(SERVICES)

    def create_client(
        self,
        service_name,
        region_name=None,
        api_version=None,
        use_ssl=True,
        verify=None,
        endpoint_url=None,
        aws_access_key_id=None,
        aws_secret_access_key=None,
        aws_session_token=None,
        config=None,
        aws_account_id=None,
        _mixins=(),
    ):
        """Make a client of a service."""
        chosen = self._config or Config()
        if config is not None:
            chosen = chosen.merge(config)
        region_name = region_name or chosen.region_name or self.get_config_variable("region")
        keys = _credentials.from_arguments(
            aws_access_key_id, aws_secret_access_key, aws_session_token
        )
        return create_client(
            service_name,
            region_name,
            endpoint_url,
            keys or self.get_credentials(),
            chosen,
            _mixins,
        )


def get_session(env_vars=None):
    """A new session."""
    return Session()
