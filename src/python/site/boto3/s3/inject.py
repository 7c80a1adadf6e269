"""The transfer methods of S3 clients, buckets and objects."""


class S3ClientMethods:
    """Transfers, as methods of a client."""

    def upload_file(self, Filename, Bucket, Key, ExtraArgs=None, Callback=None, Config=None):
        """Upload a file, in parts if it is large."""
        from boto3.s3.transfer import S3Transfer

        S3Transfer(self, Config).upload_file(Filename, Bucket, Key, Callback, ExtraArgs)

    def download_file(self, Bucket, Key, Filename, ExtraArgs=None, Callback=None, Config=None):
        """Download an object to a file."""
        from boto3.s3.transfer import S3Transfer

        S3Transfer(self, Config).download_file(Bucket, Key, Filename, ExtraArgs, Callback)

    def upload_fileobj(self, Fileobj, Bucket, Key, ExtraArgs=None, Callback=None, Config=None):
        """Upload what a file-like object gives, in parts if that is much."""
        if not hasattr(Fileobj, "read"):
            raise ValueError("Fileobj must implement read")
        from boto3.s3.transfer import S3Transfer

        S3Transfer(self, Config).upload_stream(Fileobj, Bucket, Key, Callback, ExtraArgs)

    def download_fileobj(self, Bucket, Key, Fileobj, ExtraArgs=None, Callback=None, Config=None):
        """Download an object to a file-like object."""
        if not hasattr(Fileobj, "write"):
            raise ValueError("Fileobj must implement write")
        from boto3.s3.transfer import S3Transfer

        S3Transfer(self, Config).download_stream(Bucket, Key, Fileobj, ExtraArgs, Callback)

    def copy(
        self,
        CopySource,
        Bucket,
        Key,
        ExtraArgs=None,
        Callback=None,
        SourceClient=None,
        Config=None,
    ):
        """Copy an object, in parts if it is large."""
        from boto3.s3.transfer import S3Transfer

        S3Transfer(self, Config).copy(CopySource, Bucket, Key, ExtraArgs, Callback, SourceClient)


class BucketTransfers:
    """Transfers, as methods of a bucket."""

    def upload_file(self, Filename, Key, ExtraArgs=None, Callback=None, Config=None):
        """Upload a file to the bucket."""
        self.meta.client.upload_file(Filename, self.name, Key, ExtraArgs, Callback, Config)

    def download_file(self, Key, Filename, ExtraArgs=None, Callback=None, Config=None):
        """Download an object of the bucket to a file."""
        self.meta.client.download_file(self.name, Key, Filename, ExtraArgs, Callback, Config)

    def upload_fileobj(self, Fileobj, Key, ExtraArgs=None, Callback=None, Config=None):
        """Upload what a file-like object gives."""
        self.meta.client.upload_fileobj(Fileobj, self.name, Key, ExtraArgs, Callback, Config)

    def download_fileobj(self, Key, Fileobj, ExtraArgs=None, Callback=None, Config=None):
        """Download an object of the bucket to a file-like object."""
        self.meta.client.download_fileobj(self.name, Key, Fileobj, ExtraArgs, Callback, Config)

    def copy(
        self, CopySource, Key, ExtraArgs=None, Callback=None, SourceClient=None, Config=None
    ):
        """Copy an object into the bucket."""
        self.meta.client.copy(
            CopySource, self.name, Key, ExtraArgs, Callback, SourceClient, Config
        )


class ObjectTransfers:
    """Transfers, as methods of an object."""

    def upload_file(self, Filename, ExtraArgs=None, Callback=None, Config=None):
        """Upload a file as this object."""
        self.meta.client.upload_file(
            Filename, self.bucket_name, self.key, ExtraArgs, Callback, Config
        )

    def download_file(self, Filename, ExtraArgs=None, Callback=None, Config=None):
        """Download this object to a file."""
        self.meta.client.download_file(
            self.bucket_name, self.key, Filename, ExtraArgs, Callback, Config
        )

    def upload_fileobj(self, Fileobj, ExtraArgs=None, Callback=None, Config=None):
        """Upload what a file-like object gives as this object."""
        self.meta.client.upload_fileobj(
            Fileobj, self.bucket_name, self.key, ExtraArgs, Callback, Config
        )

    def download_fileobj(self, Fileobj, ExtraArgs=None, Callback=None, Config=None):
        """Download this object to a file-like object."""
        self.meta.client.download_fileobj(
            self.bucket_name, self.key, Fileobj, ExtraArgs, Callback, Config
        )

    def copy(self, CopySource, ExtraArgs=None, Callback=None, SourceClient=None, Config=None):
        """Make this object a copy of another."""
        self.meta.client.copy(
            CopySource, self.bucket_name, self.key, ExtraArgs, Callback, SourceClient, Config
        )
