"""S3, the client."""

import io
import json
import os
import tempfile

from .registry import call, caught, each

B = {"Bucket": "bucket"}
K = {"Bucket": "bucket", "Key": "a/hello world+ü.txt"}

each(
    "s3",
    create_bucket=lambda a: a.s3.create_bucket(**B),
    create_bucket_again=lambda a: a.s3.create_bucket(**B),
    list_buckets=lambda a: a.s3.list_buckets(),
    head_bucket=lambda a: a.s3.head_bucket(**B),
    head_bucket_404=lambda a: a.s3.head_bucket(Bucket="nope"),
    location=lambda a: a.s3.get_bucket_location(**B)["LocationConstraint"],
    put_str=lambda a: a.s3.put_object(**K, Body="grüß Gott", ContentType="text/plain"),
    put_bytes=lambda a: a.s3.put_object(**B, Key="b.bin", Body=b"\x00\xff" * 10),
    put_file=lambda a: a.s3.put_object(**B, Key="c.txt", Body=io.BytesIO(b"from a file")),
    put_empty=lambda a: a.s3.put_object(**B, Key="empty"),
    put_metadata=lambda a: a.s3.put_object(
        **B, Key="m", Body=b"x", Metadata={"Colour": "red", "n": "1"}, CacheControl="no-store"
    ),
    put_sha256=lambda a: a.s3.put_object(**B, Key="sum", Body=b"x", ChecksumAlgorithm="SHA256"),
    put_text_file=lambda a: a.s3.put_object(**B, Key="t", Body=io.StringIO("text")),
    get=lambda a: a.s3.get_object(**K),
    get_metadata=lambda a: a.s3.get_object(**B, Key="m"),
    get_range=lambda a: a.s3.get_object(**K, Range="bytes=0-3"),
    get_bad_range=lambda a: a.s3.get_object(**K, Range="bytes=900-901"),
    get_404=lambda a: a.s3.get_object(**B, Key="nope"),
    get_no_bucket=lambda a: a.s3.get_object(Bucket="nope", Key="x"),
    head=lambda a: a.s3.head_object(**B, Key="m"),
    head_404=lambda a: a.s3.head_object(**B, Key="nope"),
    not_modified=lambda a: a.s3.get_object(
        **B, Key="c.txt", IfNoneMatch=a.s3.head_object(**B, Key="c.txt")["ETag"]
    ),
    if_match=lambda a: a.s3.get_object(**B, Key="c.txt", IfMatch='"nope"'),
    copy_str=lambda a: a.s3.copy_object(**B, Key="copy1", CopySource="bucket/c.txt"),
    copy_dict=lambda a: a.s3.copy_object(**B, Key="copy2", CopySource=K),
    copy_404=lambda a: a.s3.copy_object(**B, Key="x", CopySource="bucket/nope"),
    list_v2=lambda a: a.s3.list_objects_v2(**B),
    list_v2_prefix=lambda a: a.s3.list_objects_v2(**B, Prefix="a/"),
    list_v2_delimiter=lambda a: a.s3.list_objects_v2(**B, Delimiter="/"),
    list_v2_none=lambda a: a.s3.list_objects_v2(**B, Prefix="zzz"),
    list_v2_max=lambda a: a.s3.list_objects_v2(**B, MaxKeys=2),
    list_v1=lambda a: a.s3.list_objects(**B, MaxKeys=3),
    list_no_bucket=lambda a: a.s3.list_objects_v2(Bucket="nope"),
    paginate=lambda a: [
        [o["Key"] for o in page["Contents"]]
        for page in a.s3.get_paginator("list_objects_v2").paginate(
            **B, PaginationConfig={"PageSize": 3}
        )
    ],
    paginate_max=lambda a: a.s3.get_paginator("list_objects_v2")
    .paginate(**B, PaginationConfig={"MaxItems": 4, "PageSize": 3})
    .build_full_result()["Contents"],
    search=lambda a: list(
        a.s3.get_paginator("list_objects_v2").paginate(**B).search("Contents[?Size > `5`].Key")
    ),
    put_tagging=lambda a: a.s3.put_object_tagging(
        **K, Tagging={"TagSet": [{"Key": "k+-=:/@", "Value": "v 1"}]}
    ),
    get_tagging=lambda a: a.s3.get_object_tagging(**K),
    bucket_tagging=lambda a: a.s3.put_bucket_tagging(
        **B, Tagging={"TagSet": [{"Key": "team", "Value": "blue"}]}
    ),
    get_bucket_tagging=lambda a: a.s3.get_bucket_tagging(**B),
    no_tagging=lambda a: (
        a.s3.create_bucket(Bucket="other"),
        a.s3.get_bucket_tagging(Bucket="other"),
    ),
    delete=lambda a: a.s3.delete_object(**B, Key="copy1"),
    delete_many=lambda a: a.s3.delete_objects(
        **B, Delete={"Objects": [{"Key": "copy2"}, {"Key": "line\nbreak & <>"}]}
    ),
    delete_bucket_full=lambda a: a.s3.delete_bucket(**B),
    versioning=lambda a: a.s3.put_bucket_versioning(
        Bucket="other", VersioningConfiguration={"Status": "Enabled"}
    ),
    get_versioning=lambda a: a.s3.get_bucket_versioning(Bucket="other"),
    list_versions=lambda a: (
        a.s3.put_object(Bucket="other", Key="v", Body=b"1"),
        a.s3.put_object(Bucket="other", Key="v", Body=b"2"),
        a.s3.list_object_versions(Bucket="other"),
    )[2],
    notification=lambda a: a.s3.get_bucket_notification_configuration(Bucket="other"),
    waiter=lambda a: a.s3.get_waiter("object_exists").wait(**K),
    waiter_fails=lambda a: a.s3.get_waiter("object_exists").wait(
        **B, Key="nope", WaiterConfig={"Delay": 0, "MaxAttempts": 2}
    ),
)


@call
def s3_streaming(a):
    a.s3.put_object(**B, Key="lines", Body=b"one\ntwo\r\nthree")
    get = lambda: a.s3.get_object(**B, Key="lines")["Body"]  # noqa: E731
    with get() as stream:
        entered = stream.read()
    body = get()
    parts = [body.read(4), body.read(2), body.read(), body.read()]
    return [
        list(get().iter_lines()),
        list(get().iter_lines(keepends=True)),
        list(get().iter_chunks(5)),
        list(get()),
        entered,
        parts,
        json.load(a.s3.get_object(**B, Key="j")["Body"]) if put(a, "j", b'{"a": 1}') else None,
        type(body).__name__,
    ]


def put(a, key, body):
    return a.s3.put_object(**B, Key=key, Body=body)


@call
def s3_multipart(a):
    start = a.s3.create_multipart_upload(**B, Key="big")
    upload = {"Key": "big", "UploadId": start["UploadId"], **B}
    body = b"x" * (5 * 1024 * 1024)
    parts = []
    for number, chunk in ((1, body), (2, b"end")):
        answer = a.s3.upload_part(**upload, PartNumber=number, Body=chunk)
        parts.append({"ETag": answer["ETag"], "PartNumber": number})
    listed = a.s3.list_parts(**upload)
    done = a.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    return [start, listed, done, a.s3.head_object(**B, Key="big")["ContentLength"]]


@call
def s3_files(a):
    seen, folder = [], tempfile.mkdtemp()
    source, target = os.path.join(folder, "in"), os.path.join(folder, "out")
    with open(source, "wb") as stream:
        stream.write(b"file")
    a.s3.upload_file(source, "bucket", "up", ExtraArgs={"Metadata": {"a": "b"}})
    a.s3.download_file("bucket", "up", target, Callback=seen.append)
    a.s3.upload_fileobj(io.BytesIO(b"object"), "bucket", "up2")
    into = io.BytesIO()
    a.s3.download_fileobj("bucket", "up2", into)
    a.s3.copy({"Bucket": "bucket", "Key": "up"}, "bucket", "up3")
    with open(target, "rb") as stream:
        return [stream.read(), sum(seen), into.getvalue(), a.s3.head_object(**B, Key="up3")]


@call
def s3_upload_large(a):
    seen = []
    a.s3.upload_fileobj(io.BytesIO(b"y" * (9 * 1024 * 1024)), "bucket", "large", Callback=seen.append)
    head = a.s3.head_object(**B, Key="large")
    return [head["ContentLength"], head["ETag"][-3:], sum(seen)]


each(
    "s3",
    upload_missing=lambda a: a.s3.upload_file("/does/not/exist", "bucket", "x"),
    upload_no_bucket=lambda a: a.s3.upload_file(__file__, "nope", "x"),
    upload_bad_args=lambda a: a.s3.upload_file(__file__, "bucket", "x", ExtraArgs={"No": 1}),
    download_404=lambda a: a.s3.download_file("bucket", "nope", "/tmp/never"),
    copy_bad=lambda a: a.s3.copy("bucket/up", "bucket", "x"),
    presign=lambda a: a.s3.generate_presigned_url("get_object", Params=K).split("?")[0],
    presign_bad=lambda a: a.s3.generate_presigned_url("nope"),
    presign_missing=lambda a: a.s3.generate_presigned_url("get_object", Params=B),
    meta=lambda a: [
        a.s3.meta.region_name,
        a.s3.meta.service_model.service_name,
        a.s3.meta.endpoint_url == a.endpoint,
        type(a.s3).__name__,
        a.s3.can_paginate("list_objects_v2"),
        a.s3.can_paginate("put_object"),
        a.s3.waiter_names,
        issubclass(a.s3.exceptions.NoSuchKey, a.s3.exceptions.ClientError),
    ],
    catch=lambda a: caught(
        lambda: a.s3.get_object(**B, Key="nope"), a.s3.exceptions.NoSuchKey
    ),
    bad_bucket=lambda a: a.s3.list_objects_v2(Bucket="no/slash"),
    bad_metadata=lambda a: put_meta(a, {"a": "ü"}),
    bad_metadata_type=lambda a: put_meta(a, {"a": 1}),
    bad_body=lambda a: a.s3.put_object(**B, Key="x", Body={"a": 1}),
    bad_key=lambda a: a.s3.get_object(**B, Key=""),
    missing=lambda a: a.s3.get_object(),
    positional=lambda a: a.s3.get_object("bucket", "key"),
    no_method=lambda a: a.s3.fetch_object(),
    no_exception=lambda a: str(getattr(a.s3.exceptions, "Nope", None)),
    no_paginator=lambda a: a.s3.get_paginator("put_object"),
    no_waiter=lambda a: a.s3.get_waiter("nope"),
)


def put_meta(a, metadata):
    return a.s3.put_object(**B, Key="x", Body=b"", Metadata=metadata)
