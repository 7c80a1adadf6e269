"""Client settings."""

from botocore.exceptions import (
    InvalidMaxRetryAttemptsError,
    InvalidRetryConfigurationError,
    InvalidRetryModeError,
)

DEFAULT_TIMEOUT = 60

_RETRY_OPTIONS = ("max_attempts", "mode", "total_max_attempts")
_RETRY_MODES = ("legacy", "standard", "adaptive")


class Config:
    """Settings of a client, by the names botocore gives them.

    Timeouts, retries, region and parameter validation have an effect here; the
    others are accepted, for a mock on the loopback has no use for them.
    """

    OPTION_DEFAULTS = {
        "region_name": None,
        "signature_version": None,
        "user_agent": None,
        "user_agent_extra": None,
        "user_agent_appid": None,
        "connect_timeout": DEFAULT_TIMEOUT,
        "read_timeout": DEFAULT_TIMEOUT,
        "parameter_validation": True,
        "max_pool_connections": 10,
        "proxies": None,
        "proxies_config": None,
        "s3": None,
        "s3_disable_express_session_auth": None,
        "retries": None,
        "client_cert": None,
        "inject_host_prefix": True,
        "endpoint_discovery_enabled": None,
        "use_dualstack_endpoint": None,
        "use_fips_endpoint": None,
        "ignore_configured_endpoint_urls": None,
        "defaults_mode": None,
        "tcp_keepalive": None,
        "request_min_compression_size_bytes": None,
        "disable_request_compression": None,
        "client_context_params": None,
        "sigv4a_signing_region_set": None,
        "request_checksum_calculation": None,
        "response_checksum_validation": None,
        "account_id_endpoint_mode": None,
        "auth_scheme_preference": None,
    }

    def __init__(self, *args, **kwargs):
        names = list(self.OPTION_DEFAULTS)
        given = {}
        for key, value in kwargs.items():
            if key not in self.OPTION_DEFAULTS:
                raise TypeError(f"Got unexpected keyword argument '{key}'")
            given[key] = value
        if len(args) > len(names):
            raise TypeError(f"Takes at most {len(names)} arguments ({len(args)} given)")
        for name, value in zip(names, args):
            if name in given:
                raise TypeError(f"Got multiple values for keyword argument '{name}'")
            given[name] = value
        self._user_provided_options = given
        for name, default in self.OPTION_DEFAULTS.items():
            setattr(self, name, given.get(name, default))
        self._validate_retries()

    def _validate_retries(self):
        for key, value in (self.retries or {}).items():
            if key not in _RETRY_OPTIONS:
                raise InvalidRetryConfigurationError(
                    retry_config_option=key, valid_options=_RETRY_OPTIONS
                )
            if key == "max_attempts" and value < 0:
                raise InvalidMaxRetryAttemptsError(provided_max_attempts=value, min_value=0)
            if key == "total_max_attempts" and value < 1:
                raise InvalidMaxRetryAttemptsError(provided_max_attempts=value, min_value=1)
            if key == "mode" and value not in _RETRY_MODES:
                raise InvalidRetryModeError(provided_retry_mode=value, valid_modes=_RETRY_MODES)

    def merge(self, other_config):
        """A new Config of this one's settings with `other_config`'s over them."""
        options = dict(self._user_provided_options)
        options.update(other_config._user_provided_options)
        return Config(**options)
