"""Uploads, downloads and copies, split into parts above a threshold."""

import io
import os

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError

KB = 1024
MB = KB * KB

_DOWNLOAD_ARGS = """ChecksumMode VersionId SSECustomerAlgorithm SSECustomerKey
    SSECustomerKeyMD5 RequestPayer ExpectedBucketOwner""".split()
_COMMON_ARGS = """ACL CacheControl ChecksumAlgorithm ContentDisposition ContentEncoding
    ContentLanguage ContentType ExpectedBucketOwner Expires GrantFullControl GrantRead
    GrantReadACP GrantWriteACP Metadata ObjectLockLegalHoldStatus ObjectLockMode
    ObjectLockRetainUntilDate RequestPayer ServerSideEncryption StorageClass
    SSECustomerAlgorithm SSECustomerKey SSECustomerKeyMD5 SSEKMSKeyId
    SSEKMSEncryptionContext Tagging WebsiteRedirectLocation""".split()
_UPLOAD_ARGS = _COMMON_ARGS + """ChecksumType MpuObjectSize ChecksumCRC32 ChecksumCRC32C
    ChecksumCRC64NVME ChecksumMD5 ChecksumSHA1 ChecksumSHA256 ChecksumSHA512
    ChecksumXXHASH3 ChecksumXXHASH64 ChecksumXXHASH128""".split()
_COPY_ARGS = _COMMON_ARGS + """CopySourceIfMatch CopySourceIfModifiedSince
    CopySourceIfNoneMatch CopySourceIfUnmodifiedSince CopySourceSSECustomerAlgorithm
    CopySourceSSECustomerKey CopySourceSSECustomerKeyMD5 MetadataDirective
    TaggingDirective""".split()
# Arguments that go with every part, not only with the first call.
_PART_ARGS = frozenset(
    """ChecksumAlgorithm SSECustomerKey SSECustomerAlgorithm SSECustomerKeyMD5 RequestPayer
    ExpectedBucketOwner CopySourceIfMatch CopySourceIfModifiedSince CopySourceIfNoneMatch
    CopySourceIfUnmodifiedSince CopySourceSSECustomerKey CopySourceSSECustomerAlgorithm
    CopySourceSSECustomerKeyMD5""".split()
)
_NOT_FOR_CREATE = frozenset(
    """CopySourceIfMatch CopySourceIfModifiedSince CopySourceIfNoneMatch
    CopySourceIfUnmodifiedSince CopySourceSSECustomerKey CopySourceSSECustomerAlgorithm
    CopySourceSSECustomerKeyMD5 MetadataDirective TaggingDirective MpuObjectSize""".split()
)


class TransferConfig:
    """When and how to split transfers. Threads are not used here."""

    def __init__(
        self,
        multipart_threshold=8 * MB,
        max_concurrency=10,
        multipart_chunksize=8 * MB,
        num_download_attempts=5,
        max_io_queue=100,
        io_chunksize=256 * KB,
        use_threads=True,
        max_bandwidth=None,
        preferred_transfer_client="auto",
    ):
        self.multipart_threshold = multipart_threshold or 8 * MB
        self.max_concurrency = max_concurrency
        self.multipart_chunksize = multipart_chunksize or 8 * MB
        self.num_download_attempts = num_download_attempts
        self.max_io_queue = max_io_queue
        self.io_chunksize = io_chunksize or 256 * KB
        self.use_threads = use_threads
        self.max_bandwidth = max_bandwidth
        self.preferred_transfer_client = preferred_transfer_client


class S3Transfer:
    """Transfers with one client."""

    ALLOWED_DOWNLOAD_ARGS = _DOWNLOAD_ARGS
    ALLOWED_UPLOAD_ARGS = _UPLOAD_ARGS
    ALLOWED_COPY_ARGS = _COPY_ARGS

    def __init__(self, client=None, config=None, osutil=None, manager=None):
        if client is None:
            raise ValueError(
                "Either a boto3.Client or s3transfer.manager.TransferManager must be provided"
            )
        self._client = client
        self._config = config or TransferConfig()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        pass

    def upload_file(self, filename, bucket, key, callback=None, extra_args=None):
        """Upload a file."""
        filename = _path(filename)
        _check_args(extra_args, _UPLOAD_ARGS)
        with open(filename, "rb") as stream:
            try:
                self.upload_stream(stream, bucket, key, callback, extra_args)
            except ClientError as e:
                raise S3UploadFailedError(
                    f"Failed to upload {filename} to {bucket}/{key}: {e}"
                ) from e

    def upload_stream(self, stream, bucket, key, callback=None, extra_args=None):
        """Upload what a file-like object gives, seekable or not."""
        _check_args(extra_args, _UPLOAD_ARGS)
        extra = dict(extra_args or {})
        config = self._config
        size = _size_of(stream)
        if size is None:
            # Not seekable: hold a part in memory to learn whether there is more.
            first = _read_full(stream, config.multipart_threshold)
            if len(first) < config.multipart_threshold:
                stream, size = io.BytesIO(first), len(first)
            else:
                stream = _Prefixed(first, stream)
        if size is not None and size < config.multipart_threshold:
            self._client.put_object(Bucket=bucket, Key=key, Body=stream, **extra)
            if callback and size:
                callback(size)
            return
        self._upload_parts(stream, bucket, key, callback, extra)

    def _upload_parts(self, stream, bucket, key, callback, extra):
        client = self._client
        extra.setdefault("ChecksumAlgorithm", "CRC32")
        chunk_size = max(self._config.multipart_chunksize, 5 * MB)

        def parts(upload_id, part_args):
            number = 1
            while True:
                chunk = _read_full(stream, chunk_size)
                if not chunk and number > 1:
                    return
                response = client.upload_part(
                    Bucket=bucket,
                    Key=key,
                    UploadId=upload_id,
                    PartNumber=number,
                    Body=chunk,
                    **part_args,
                )
                yield _part(number, response, part_args)
                if callback:
                    callback(len(chunk))
                if len(chunk) < chunk_size:
                    return
                number += 1

        self._multipart(bucket, key, extra, parts)

    def _multipart(self, bucket, key, extra, parts):
        """Create an upload, have `parts` fill it, complete it; abort it on failure."""
        client = self._client
        create = {k: v for k, v in extra.items() if k not in _NOT_FOR_CREATE}
        part_args = {k: v for k, v in extra.items() if k in _PART_ARGS}
        response = client.create_multipart_upload(Bucket=bucket, Key=key, **create)
        upload = {"Bucket": bucket, "Key": key, "UploadId": response["UploadId"]}
        try:
            done = list(parts(response["UploadId"], part_args))
            client.complete_multipart_upload(MultipartUpload={"Parts": done}, **upload)
        except BaseException:
            try:
                client.abort_multipart_upload(**upload)
            except ClientError:
                pass
            raise

    def download_file(self, bucket, key, filename, extra_args=None, callback=None):
        """Download an object to a file, which appears when it is whole."""
        filename = _path(filename)
        _check_args(extra_args, _DOWNLOAD_ARGS)
        self._client.head_object(Bucket=bucket, Key=key, **(extra_args or {}))
        partial = f"{filename}.{os.urandom(4).hex()}"
        try:
            with open(partial, "wb") as stream:
                self._fetch(bucket, key, stream, extra_args, callback)
            os.replace(partial, filename)
        except BaseException:
            try:
                os.unlink(partial)
            except OSError:
                pass
            raise

    def download_stream(self, bucket, key, stream, extra_args=None, callback=None):
        """Download an object to a file-like object."""
        _check_args(extra_args, _DOWNLOAD_ARGS)
        self._client.head_object(Bucket=bucket, Key=key, **(extra_args or {}))
        self._fetch(bucket, key, stream, extra_args, callback)

    def _fetch(self, bucket, key, stream, extra_args, callback):
        response = self._client.get_object(Bucket=bucket, Key=key, **(extra_args or {}))
        for chunk in response["Body"].iter_chunks(self._config.io_chunksize):
            stream.write(chunk)
            if callback:
                callback(len(chunk))

    def copy(self, source, bucket, key, extra_args=None, callback=None, source_client=None):
        """Copy an object."""
        _check_args(extra_args, _COPY_ARGS)
        if not isinstance(source, dict):
            raise TypeError(
                "Expecting dictionary formatted: "
                '{"Bucket": bucket_name, "Key": key} '
                f"but got {source} or type {type(source)}."
            )
        extra = dict(extra_args or {})
        client = self._client
        size = (source_client or client).head_object(**source)["ContentLength"]
        if size < self._config.multipart_threshold:
            client.copy_object(CopySource=source, Bucket=bucket, Key=key, **extra)
            if callback:
                callback(size)
            return
        chunk_size = max(self._config.multipart_chunksize, 5 * MB)

        def parts(upload_id, part_args):
            for number, start in enumerate(range(0, size, chunk_size), 1):
                end = min(start + chunk_size, size) - 1
                response = client.upload_part_copy(
                    Bucket=bucket,
                    Key=key,
                    UploadId=upload_id,
                    PartNumber=number,
                    CopySource=source,
                    CopySourceRange=f"bytes={start}-{end}",
                    **{k: v for k, v in part_args.items() if k != "ChecksumAlgorithm"},
                )
                yield _part(number, response["CopyPartResult"], part_args)
                if callback:
                    callback(end - start + 1)

        self._multipart(bucket, key, extra, parts)


class _Prefixed:
    """A stream of which the beginning was already read."""

    def __init__(self, head, stream):
        self._head = head
        self._stream = stream

    def read(self, amount):
        if self._head:
            chunk, self._head = self._head[:amount], self._head[amount:]
            return chunk
        return self._stream.read(amount)


def _part(number, response, part_args):
    part = {"ETag": response["ETag"], "PartNumber": number}
    name = "Checksum" + part_args.get("ChecksumAlgorithm", "")
    if name in response:
        part[name] = response[name]
    return part


def _read_full(stream, amount):
    chunks, left = [], amount
    while left > 0:
        chunk = stream.read(left)
        if not chunk:
            break
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


def _size_of(stream):
    """How much a stream has left, or None if it cannot say."""
    try:
        if hasattr(stream, "seekable") and not stream.seekable():
            return None
        position = stream.tell()
        stream.seek(0, 2)
        size = stream.tell() - position
        stream.seek(position)
    except (OSError, AttributeError, ValueError):
        return None
    return size


def _path(filename):
    if isinstance(filename, os.PathLike):
        filename = os.fspath(filename)
    if not isinstance(filename, str):
        raise ValueError("Filename must be a string or a path-like object")
    return filename


def _check_args(given, allowed):
    for name in given or ():
        if name not in allowed:
            raise ValueError(
                f"Invalid extra_args key '{name}', must be one of: {', '.join(allowed)}"
            )
