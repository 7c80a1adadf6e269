"""The S3 resource: buckets, objects and their versions."""

from boto3.resources.base import ServiceResource
from boto3.resources.collection import CollectionManager
from boto3.s3.inject import BucketTransfers, ObjectTransfers
from botocore.exceptions import ClientError


class S3ServiceResource(ServiceResource):
    """`boto3.resource("s3")`."""

    service = "s3"
    left_out = frozenset(
        """BucketAcl BucketCors BucketLifecycle BucketLifecycleConfiguration BucketLogging
        BucketNotification BucketPolicy BucketRequestPayment BucketTagging BucketVersioning
        BucketWebsite MultipartUpload MultipartUploadPart ObjectAcl""".split()
    )

    def Bucket(self, name=None):
        """A bucket by its name. Nothing is asked of the service yet."""
        return Bucket(name, client=self.meta.client)

    def Object(self, bucket_name=None, key=None):
        """An object by its bucket and key."""
        return Object(bucket_name, key, client=self.meta.client)

    def ObjectSummary(self, bucket_name=None, key=None):
        """An object as listings show it."""
        return ObjectSummary(bucket_name, key, client=self.meta.client)

    def ObjectVersion(self, bucket_name=None, object_key=None, id=None):
        """One version of an object."""
        return ObjectVersion(bucket_name, object_key, id, client=self.meta.client)

    def create_bucket(self, *args, **kwargs):
        """Create a bucket and return it."""
        self._act("create_bucket", args, kwargs)
        return self.Bucket(kwargs["Bucket"])

    @property
    def buckets(self):
        """All buckets."""
        return CollectionManager(self, "list_buckets", {}, self._buckets)

    def _buckets(self, page):
        found = []
        for data in page.get("Buckets", []):
            bucket = self.Bucket(data["Name"])
            bucket.meta.data = data
            found.append(bucket)
        return found

    def get_available_subresources(self):
        """Names of what can be made from this resource."""
        return ["Bucket", "Object", "ObjectSummary", "ObjectVersion"]


class Bucket(BucketTransfers, ServiceResource):
    """A bucket."""

    service = "s3"
    kind = "Bucket"
    identifiers = ("name",)
    shape = "Bucket"
    left_out = frozenset(
        """Acl Cors Lifecycle LifecycleConfiguration Logging Notification Policy
        RequestPayment Tagging Versioning Website multipart_uploads""".split()
    )

    def load(self):
        """Find the bucket's attributes among those of all buckets."""
        self.meta.data = {}
        try:
            for data in self.meta.client.list_buckets()["Buckets"]:
                if data["Name"] == self.name:
                    self.meta.data = data
                    break
        except ClientError as e:
            if e.response.get("Error", {}).get("Code") != "AccessDenied":
                raise

    reload = load

    def Object(self, key=None):
        """An object of the bucket."""
        return Object(self.name, key, client=self.meta.client)

    @property
    def objects(self):
        """The bucket's objects, as listings show them."""
        return CollectionManager(self, "list_objects", {"Bucket": self.name}, self._summaries)

    @property
    def object_versions(self):
        """All versions of the bucket's objects, and delete markers."""
        params = {"Bucket": self.name}
        return CollectionManager(self, "list_object_versions", params, self._versions)

    def _summaries(self, page):
        found = []
        for data in page.get("Contents", []):
            summary = ObjectSummary(self.name, data["Key"], client=self.meta.client)
            summary.meta.data = data
            found.append(summary)
        return found

    def _versions(self, page):
        found = []
        for data in page.get("Versions", []) + page.get("DeleteMarkers", []):
            version = ObjectVersion(
                self.name, data["Key"], data["VersionId"], client=self.meta.client
            )
            version.meta.data = data
            found.append(version)
        return found

    def create(self, *args, **kwargs):
        """Create the bucket."""
        return self._act("create_bucket", args, kwargs, Bucket=self.name)

    def delete(self, *args, **kwargs):
        """Delete the bucket, which must be empty."""
        return self._act("delete_bucket", args, kwargs, Bucket=self.name)

    def delete_objects(self, *args, **kwargs):
        """Delete up to 1,000 objects in one call."""
        return self._act("delete_objects", args, kwargs, Bucket=self.name)

    def put_object(self, *args, **kwargs):
        """Put an object and return it."""
        self._act("put_object", args, kwargs, Bucket=self.name)
        return self.Object(kwargs["Key"])

    def wait_until_exists(self, **kwargs):
        """Return when the bucket is there."""
        self._wait("bucket_exists", kwargs, Bucket=self.name)

    def wait_until_not_exists(self, **kwargs):
        """Return when the bucket is gone."""
        self._wait("bucket_not_exists", kwargs, Bucket=self.name)

    def get_available_subresources(self):
        """Names of what can be made from this resource."""
        return ["Object"]


class _ObjectActions:
    """Actions of an object, however it was come by."""

    identifiers = ("bucket_name", "key")
    left_out = frozenset(("Acl", "MultipartUpload", "initiate_multipart_upload", "restore_object"))

    def _object(self):
        return {"Bucket": self.bucket_name, "Key": self.key}

    def _delete_entry(self):
        return {"Key": self.key}

    def Bucket(self):
        """The object's bucket."""
        return Bucket(self.bucket_name, client=self.meta.client)

    def Version(self, id=None):
        """One version of the object."""
        return ObjectVersion(self.bucket_name, self.key, id, client=self.meta.client)

    def get(self, *args, **kwargs):
        """Get the object; its bytes are in `Body`."""
        return self._act("get_object", args, kwargs, **self._object())

    def put(self, *args, **kwargs):
        """Put the object."""
        return self._act("put_object", args, kwargs, **self._object())

    def delete(self, *args, **kwargs):
        """Delete the object."""
        return self._act("delete_object", args, kwargs, **self._object())

    def copy_from(self, *args, **kwargs):
        """Make this object a copy of another."""
        return self._act("copy_object", args, kwargs, **self._object())

    def wait_until_exists(self, **kwargs):
        """Return when the object is there."""
        self._wait("object_exists", kwargs, **self._object())

    def wait_until_not_exists(self, **kwargs):
        """Return when the object is gone."""
        self._wait("object_not_exists", kwargs, **self._object())


class Object(_ObjectActions, ObjectTransfers, ServiceResource):
    """An object."""

    service = "s3"
    kind = "Object"
    shape = "HeadObjectOutput"
    identifiers = ("bucket_name", "key")

    def load(self):
        """Ask the service for the object's attributes."""
        self.meta.data = self.meta.client.head_object(**self._object())

    reload = load


class ObjectSummary(_ObjectActions, ServiceResource):
    """An object as listings show it."""

    service = "s3"
    kind = "ObjectSummary"
    shape = "Object"
    identifiers = ("bucket_name", "key")

    def load(self):
        """Ask the service for the object's attributes."""
        data = self.meta.client.head_object(**self._object())
        data["Size"] = data.pop("ContentLength", None)
        self.meta.data = data

    def Object(self):
        """The object itself."""
        return Object(self.bucket_name, self.key, client=self.meta.client)


class ObjectVersion(ServiceResource):
    """One version of an object."""

    service = "s3"
    kind = "ObjectVersion"
    shape = "ObjectVersion"
    identifiers = ("bucket_name", "object_key", "id")

    def _version(self):
        return {"Bucket": self.bucket_name, "Key": self.object_key, "VersionId": self.id}

    def _delete_entry(self):
        return {"Key": self.object_key, "VersionId": self.id}

    def Object(self):
        """The object this is a version of."""
        return Object(self.bucket_name, self.object_key, client=self.meta.client)

    def get(self, *args, **kwargs):
        """Get this version."""
        return self._act("get_object", args, kwargs, **self._version())

    def head(self, *args, **kwargs):
        """Get this version's headers."""
        return self._act("head_object", args, kwargs, **self._version())

    def delete(self, *args, **kwargs):
        """Delete this version for good."""
        return self._act("delete_object", args, kwargs, **self._version())
