"""The errors of boto3, under their own names and with their own texts.

Adapted from boto3; see NOTICE.
"""

import botocore.exceptions


class Boto3Error(Exception):
    """Base class of boto3's own errors."""


class ResourceLoadException(Boto3Error):
    """A resource has nothing to load its attributes with."""


class NoVersionFound(Boto3Error):
    """Kept for those who name it."""


class UnknownAPIVersionError(Boto3Error, botocore.exceptions.DataNotFoundError):
    """A resource has no such API version."""

    def __init__(self, service_name, bad_api_version, available_api_versions):
        Boto3Error.__init__(
            self,
            f"The '{service_name}' resource does not support an API version of: "
            f"{bad_api_version}\nValid API versions are: {available_api_versions}",
        )


class ResourceNotExistsError(Boto3Error, botocore.exceptions.DataNotFoundError):
    """There is no resource of this name."""

    def __init__(self, service_name, available_services, has_low_level_client):
        names = "\n   - ".join(available_services)
        msg = (
            f"The '{service_name}' resource does not exist.\n"
            f"The available resources are:\n   - {names}\n"
        )
        if has_low_level_client:
            msg = (
                f"{msg}\nConsider using a boto3.client('{service_name}') "
                f"instead of a resource for '{service_name}'"
            )
        Boto3Error.__init__(self, msg)


class RetriesExceededError(Boto3Error):
    """A transfer failed once too often."""

    def __init__(self, last_exception, msg="Max Retries Exceeded"):
        super().__init__(msg)
        self.last_exception = last_exception


class S3TransferFailedError(Boto3Error):
    """A transfer failed."""


class S3UploadFailedError(Boto3Error):
    """An upload failed."""


class DynamoDBOperationNotSupportedError(Boto3Error):
    """`&`, `|` or `~` was applied to something that is no condition."""

    def __init__(self, operation, value):
        Exception.__init__(
            self,
            f"{operation} operation cannot be applied to value {value} of type "
            f"{type(value)} directly. Must use AttributeBase object methods "
            f"(i.e. Attr().eq()). to generate ConditionBase instances first.",
        )


DynanmoDBOperationNotSupportedError = DynamoDBOperationNotSupportedError


class DynamoDBNeedsConditionError(Boto3Error):
    """Something else was given where a condition is needed."""

    def __init__(self, value):
        Exception.__init__(
            self,
            f"Expecting a ConditionBase object. Got {value} of type {type(value)}. "
            f"Use AttributeBase object methods (i.e. Attr().eq()). to "
            f"generate ConditionBase instances.",
        )


class DynamoDBNeedsKeyConditionError(Boto3Error):
    """A key condition was made of Attr instead of Key."""


class PythonDeprecationWarning(Warning):
    """Kept for those who filter it."""


class InvalidCrtTransferConfigError(Boto3Error):
    """Kept for those who name it."""
