"""Sessions: the place clients and resources come from."""

import botocore.session
from boto3.exceptions import ResourceNotExistsError
from botocore import credentials as _credentials
from botocore.exceptions import NotBundledError, ProfileNotFound

_RESOURCES = ("dynamodb", "s3")
_REAL_RESOURCES = ("cloudformation", "cloudwatch", "ec2", "glacier", "iam", "sns", "sqs")


def mixins_of(service_name):
    """Classes that add boto3's own methods to a service's client."""
    if service_name == "s3":
        from boto3.s3.inject import S3ClientMethods

        return (S3ClientMethods,)
    return ()


class Session:
    """Region and credentials for the clients and resources made from it."""

    def __init__(
        self,
        aws_access_key_id=None,
        aws_secret_access_key=None,
        aws_session_token=None,
        region_name=None,
        botocore_session=None,
        profile_name=None,
        aws_account_id=None,
    ):
        if profile_name not in (None, "default"):
            raise ProfileNotFound(profile=profile_name)
        self._session = botocore_session or botocore.session.Session()
        given = _credentials.from_arguments(
            aws_access_key_id, aws_secret_access_key, aws_session_token
        )
        if given is not None:
            self._session._credentials = given
        if region_name is not None:
            self._session.set_config_variable("region", region_name)

    def __repr__(self):
        return f"{self.__class__.__name__}(region_name={self.region_name!r})"

    @property
    def profile_name(self):
        """The profile's name; there are no profiles here but the default."""
        return self._session.get_config_variable("profile") or "default"

    @property
    def region_name(self):
        """The Region of the session."""
        return self._session.get_config_variable("region")

    @property
    def events(self):
        """Events are per client here."""
        raise NotBundledError(what="events of a whole session (client.meta.events is there)")

    @property
    def available_profiles(self):
        """Profiles of the shared configuration file, which is not read here."""
        return []

    def get_available_services(self):
        """Services there are clients for."""
        return self._session.get_available_services()

    def get_available_resources(self):
        """Services there are resources for."""
        return list(_RESOURCES)

    def get_available_partitions(self):
        """Partitions there are."""
        return ["aws"]

    def get_available_regions(self, service_name, partition_name="aws", allow_non_regional=False):
        """Regions of a service; the bundled boto3 knows only the session's own."""
        return [self.region_name] if self.region_name else []

    def get_partition_for_region(self, region_name):
        """The partition a Region is in."""
        return "aws"

    def get_credentials(self):
        """The session's credentials, or None."""
        return self._session.get_credentials()

    def client(
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
    ):
        """Make a client of a service."""
        return self._session.create_client(
            service_name,
            region_name=region_name,
            endpoint_url=endpoint_url,
            aws_access_key_id=aws_access_key_id,
            aws_secret_access_key=aws_secret_access_key,
            aws_session_token=aws_session_token,
            config=config,
            _mixins=mixins_of(service_name),
        )

    def resource(self, service_name, *args, **kwargs):
        """Make a resource of a service."""
        if service_name in _REAL_RESOURCES:
            instead = ""
            if service_name in self.get_available_services():
                instead = f" use boto3.client('{service_name}'), or"
            raise _NoResource(
                f"The bundled boto3 has no '{service_name}' resource;{instead} "
                "run with --engine cpython and pip's boto3"
            )
        if service_name not in _RESOURCES:
            has_client = service_name in self.get_available_services()
            raise ResourceNotExistsError(service_name, _RESOURCES, has_client)
        client = self.client(service_name, *args, **kwargs)
        if service_name == "s3":
            from boto3.resources.s3 import S3ServiceResource

            return S3ServiceResource(client=client)
        from boto3.resources.dynamodb import DynamoDBServiceResource

        return DynamoDBServiceResource(client=client)


class _NoResource(ResourceNotExistsError):
    """The real boto3 has this resource; the bundled one does not."""

    def __init__(self, message):
        Exception.__init__(self, message)
