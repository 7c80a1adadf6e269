"""S3: versions, parts, conditions, copies, attributes, presigned requests, notifications."""

import base64
import hashlib
import io
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from .registry import call, each, failure

V = {"Bucket": "versions", "Key": "k"}
P = {"Bucket": "parts", "Key": "p"}
QUEUE = "arn:aws:sqs:us-east-1:123456789012:told"


@call
def s3ver_put_get(a):
    a.s3.create_bucket(Bucket="versions")
    a.s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    first = a.s3.put_object(**V, Body=b"one")["VersionId"]
    second = a.s3.put_object(**V, Body=b"two")["VersionId"]
    a.first = {"VersionId": first}
    return [
        first != second,
        a.s3.get_object(**V),
        a.s3.get_object(**V, **a.first),
        a.s3.head_object(**V, **a.first)["ContentLength"],
    ]


@call
def s3ver_marker(a):
    marked = a.s3.delete_object(**V)
    listed = a.s3.list_object_versions(Bucket="versions")
    return [
        marked,
        failure(a.s3.get_object, **V),
        failure(a.s3.head_object, **V),
        len(listed["Versions"]),
        [m["IsLatest"] for m in listed["DeleteMarkers"]],
        a.s3.list_objects_v2(Bucket="versions")["KeyCount"],
        failure(a.s3.get_object, **V, VersionId=marked["VersionId"]),
        a.s3.delete_object(**V, VersionId=marked["VersionId"]),
        a.s3.get_object(**V)["Body"].read(),
    ]


each(
    "s3ver",
    no_version=lambda a: a.s3.get_object(**V, VersionId="a" * 32),
    copy_version=lambda a: (
        a.s3.copy_object(Bucket="versions", Key="c", CopySource={**V, **a.first}),
        a.s3.get_object(Bucket="versions", Key="c")["Body"].read(),
    ),
    tag_version=lambda a: (
        a.s3.put_object_tagging(**V, **a.first, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}),
        a.s3.get_object_tagging(**V, **a.first)["TagSet"],
        a.s3.get_object_tagging(**V)["TagSet"],
    )[1:],
    suspended=lambda a: (
        a.s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Suspended"}),
        a.s3.get_bucket_versioning(Bucket="versions")["Status"],
        a.s3.put_object(**V, Body=b"three").get("VersionId"),
        len(a.s3.list_object_versions(Bucket="versions", Prefix="k")["Versions"]),
    )[1:],
    delete_version=lambda a: a.s3.delete_object(**V, **a.first),
    delete_versions=lambda a: a.s3.delete_objects(
        Bucket="versions",
        Delete={
            "Objects": [
                {"Key": v["Key"], "VersionId": v["VersionId"]}
                for v in a.s3.list_object_versions(Bucket="versions")["Versions"]
            ],
            "Quiet": True,
        },
    ),
    paginate=lambda a: sum(
        len(page.get("Versions", []))
        for page in a.s3.get_paginator("list_object_versions").paginate(
            Bucket="versions", PaginationConfig={"PageSize": 2}
        )
    ),
    bad_status=lambda a: a.s3.put_bucket_versioning(
        Bucket="versions", VersioningConfiguration={"Status": "Maybe"}
    ),
    delete_bucket=lambda a: a.s3.delete_bucket(Bucket="versions"),
    deleted=lambda a: a.s3.head_bucket(Bucket="versions"),
)


@call
def s3part_list_abort(a):
    a.s3.create_bucket(Bucket="parts")
    upload = dict(P, UploadId=a.s3.create_multipart_upload(**P)["UploadId"])
    a.s3.upload_part(**upload, PartNumber=1, Body=b"x")
    a.s3.upload_part(**upload, PartNumber=3, Body=b"yy")
    uploads = a.s3.list_multipart_uploads(Bucket="parts")["Uploads"]
    parts = a.s3.list_parts(**upload)["Parts"]
    paged = a.s3.get_paginator("list_parts").paginate(**upload, PaginationConfig={"PageSize": 1})
    return [
        [(u["Key"], u["UploadId"] == upload["UploadId"]) for u in uploads],
        [(p["PartNumber"], p["Size"], p["ETag"]) for p in parts],
        [[p["PartNumber"] for p in page.get("Parts", [])] for page in paged],
        a.s3.abort_multipart_upload(**upload),
        failure(a.s3.list_parts, **upload),
        failure(a.s3.upload_part, **upload, PartNumber=1, Body=b"x"),
        a.s3.list_multipart_uploads(Bucket="parts").get("Uploads"),
    ]


@call
def s3part_copy(a):
    a.s3.put_object(Bucket="parts", Key="source", Body=b"s" * (5 * 1024 * 1024) + b"tail")
    upload = dict(P, UploadId=a.s3.create_multipart_upload(**P, ContentType="text/x")["UploadId"])
    copied = [
        a.s3.upload_part_copy(
            **upload, PartNumber=number, CopySource="parts/source", CopySourceRange="bytes=" + span
        )["CopyPartResult"]["ETag"]
        for number, span in ((1, "0-5242879"), (2, "5242880-5242883"))
    ]
    parts = [{"PartNumber": n + 1, "ETag": etag} for n, etag in enumerate(copied)]
    done = a.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    head = a.s3.head_object(**P)
    return [copied, done["ETag"], head["ContentLength"], head["ContentType"],
            a.s3.get_object(**P, Range="bytes=-4")["Body"].read(),
            len(a.s3.get_object(**P, PartNumber=2)["Body"].read())]


def complete(a, parts, size=1):
    upload = dict(P, UploadId=a.s3.create_multipart_upload(**P)["UploadId"])
    tags = [a.s3.upload_part(**upload, PartNumber=n, Body=b"z" * size)["ETag"] for n in (1, 2)]
    chosen = [{"PartNumber": n, "ETag": tags[n - 1] if n < 3 else '"nope"'} for n in parts]
    return a.s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": chosen})


each(
    "s3part",
    too_small=lambda a: complete(a, [1, 2]),
    bad_order=lambda a: complete(a, [2, 1]),
    unknown=lambda a: complete(a, [1, 3]),
    one=lambda a: complete(a, [1])["ETag"],
    none=lambda a: complete(a, []),
    no_upload=lambda a: a.s3.abort_multipart_upload(**P, UploadId="nope"),
)

C = {"Bucket": "parts", "Key": "c"}
each(
    "s3cond",
    put_if_absent=lambda a: a.s3.put_object(**C, Body=b"1", IfNoneMatch="*"),
    put_if_absent_fails=lambda a: a.s3.put_object(**C, Body=b"2", IfNoneMatch="*"),
    put_if_match=lambda a: a.s3.put_object(**C, Body=b"3", IfMatch=a.s3.head_object(**C)["ETag"])["ETag"],
    put_if_match_fails=lambda a: a.s3.put_object(**C, Body=b"4", IfMatch='"0"'),
    put_if_match_none=lambda a: a.s3.put_object(Bucket="parts", Key="no", Body=b"4", IfMatch='"0"'),
    modified_since=lambda a: a.s3.get_object(**C, IfModifiedSince=a.s3.head_object(**C)["LastModified"]),
    unmodified_since=lambda a: a.s3.get_object(**C, IfUnmodifiedSince="2001-01-01"),
    head_none_match=lambda a: a.s3.head_object(**C, IfNoneMatch=a.s3.head_object(**C)["ETag"]),
    copy_if_match=lambda a: a.s3.copy_object(
        Bucket="parts", Key="d", CopySource="parts/c", CopySourceIfMatch='"0"'
    ),
    bad_md5=lambda a: a.s3.put_object(**C, Body=b"5", ContentMD5=base64.b64encode(bytes(16)).decode()),
    md5=lambda a: a.s3.put_object(
        **C, Body=b"5", ContentMD5=base64.b64encode(hashlib.md5(b"5").digest()).decode()
    )["ETag"],
    bad_crc=lambda a: a.s3.put_object(**C, Body=b"5", ChecksumCRC32="AAAAAA=="),
    bad_sha=lambda a: a.s3.put_object(
        **C, Body=b"5", ChecksumSHA256=base64.b64encode(bytes(32)).decode()
    ),
    sums=lambda a: [
        a.s3.put_object(**C, Body=b"5", ChecksumAlgorithm=name).get("Checksum" + name)
        for name in ("CRC32", "SHA1", "SHA256")
    ],
    sum_mode=lambda a: a.s3.get_object(**C, ChecksumMode="ENABLED")["ChecksumSHA256"],
    attributes=lambda a: a.s3.get_object_attributes(**C, ObjectAttributes=["ETag", "ObjectSize", "StorageClass"]),
    attributes_404=lambda a: a.s3.get_object_attributes(
        Bucket="parts", Key="nope", ObjectAttributes=["ETag"]
    ),
)
each(
    "s3more",
    copy_metadata=lambda a: (
        a.s3.put_object(**C, Body=b"m", Metadata={"a": "1"}, ContentType="text/a", Tagging="t=1&u=2"),
        a.s3.copy_object(Bucket="parts", Key="c1", CopySource=C),
        a.s3.copy_object(
            Bucket="parts", Key="c2", CopySource=C, Metadata={"b": "2"}, MetadataDirective="REPLACE",
            ContentType="text/b", TaggingDirective="REPLACE", Tagging="v=3",
        ),
        [
            (a.s3.head_object(Bucket="parts", Key=key)["Metadata"],
             a.s3.head_object(Bucket="parts", Key=key)["ContentType"],
             a.s3.get_object_tagging(Bucket="parts", Key=key)["TagSet"])
            for key in ("c1", "c2")
        ],
    )[3],
    copy_self=lambda a: a.s3.copy_object(**C, CopySource=C),
    copy_no_bucket=lambda a: a.s3.copy_object(**C, CopySource="nope/x"),
    tag_count=lambda a: a.s3.get_object(**C)["TagCount"],
    delete_tagging=lambda a: (a.s3.delete_object_tagging(**C), a.s3.get_object_tagging(**C)["TagSet"]),
    many_tags=lambda a: a.s3.put_object_tagging(
        **C, Tagging={"TagSet": [{"Key": str(n), "Value": "v"} for n in range(11)]}
    ),
    same_tags=lambda a: a.s3.put_object_tagging(
        **C, Tagging={"TagSet": [{"Key": "k", "Value": "v"}, {"Key": "k", "Value": "w"}]}
    ),
    delete_bucket_tagging=lambda a: (
        a.s3.put_bucket_tagging(Bucket="parts", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]}),
        a.s3.delete_bucket_tagging(Bucket="parts"),
        a.s3.get_bucket_tagging(Bucket="parts"),
    ),
    headers=lambda a: (
        a.s3.put_object(
            Bucket="parts", Key="h", Body=b"h", ContentDisposition="inline", ContentLanguage="de",
            ContentEncoding="x-none", CacheControl="no-cache", StorageClass="STANDARD_IA",
        ),
        {
            k: v
            for k, v in a.s3.get_object(Bucket="parts", Key="h").items()
            if k.startswith(("Content", "Cache", "Storage"))
        },
    )[1],
    overrides=lambda a: a.s3.get_object(
        Bucket="parts", Key="h", ResponseContentType="text/z", ResponseCacheControl="max-age=1"
    )["ContentType"],
    range_suffix=lambda a: a.s3.get_object(Bucket="parts", Key="source", Range="bytes=5242880-")["Body"].read(),
    list_delimiter_pages=lambda a: [
        (page.get("CommonPrefixes"), [o["Key"] for o in page.get("Contents", [])])
        for page in listing(a, Prefix="l/", Delimiter="/", PaginationConfig={"PageSize": 1})
    ],
    list_start_after=lambda a: [
        o["Key"] for o in a.s3.list_objects_v2(Bucket="parts", Prefix="l/", StartAfter="l/b")["Contents"]
    ],
    list_v1_pages=lambda a: [
        [o["Key"] for o in page["Contents"]]
        for page in a.s3.get_paginator("list_objects").paginate(
            Bucket="parts", Prefix="l/", PaginationConfig={"PageSize": 2}
        )
    ],
    list_zero=lambda a: a.s3.list_objects_v2(Bucket="parts", MaxKeys=0)["KeyCount"],
    list_owner=lambda a: sorted(a.s3.list_objects_v2(Bucket="parts", MaxKeys=1, FetchOwner=True)["Contents"][0]),
    list_bad_token=lambda a: a.s3.list_objects_v2(Bucket="parts", ContinuationToken="&"),
    delete_404=lambda a: a.s3.delete_object(Bucket="parts", Key="never"),
    delete_no_bucket=lambda a: a.s3.delete_object(Bucket="nope", Key="x"),
    odd_keys=lambda a: odd_keys(a),
    bad_name=lambda a: a.s3.create_bucket(Bucket="Bad_Name"),
    long_key=lambda a: a.s3.put_object(Bucket="parts", Key="k" * 1025, Body=b""),
)


def listing(a, **more):
    for name in ("l/a/1", "l/a/2", "l/b", "l/c/3"):
        a.s3.put_object(Bucket="parts", Key=name, Body=b"")
    return a.s3.get_paginator("list_objects_v2").paginate(Bucket="parts", **more)


def odd_keys(a):
    names = ["odd/../up", "odd//two", "odd/a?b#c", "odd/%41", "odd/ü ü", "odd/a+b&c=d", "odd/'\"<>"]
    for name in names:
        a.s3.put_object(Bucket="parts", Key=name, Body=name.encode())
    found = [o["Key"] for o in a.s3.list_objects_v2(Bucket="parts", Prefix="odd/")["Contents"]]
    read = [a.s3.get_object(Bucket="parts", Key=name)["Body"].read().decode() == name for name in names]
    return [found, read]


def fetched(request):
    """Status and body of a request without the SDK."""
    try:
        with urlopen(request, timeout=20) as answer:
            return [answer.status, answer.read().decode()]
    except HTTPError as e:
        return [e.code]


@call
def s3url_presigned(a):
    url = a.s3.generate_presigned_url
    put = url("put_object", Params={"Bucket": "parts", "Key": "url"}, ExpiresIn=60)
    get = url("get_object", Params={"Bucket": "parts", "Key": "url"}, ExpiresIn=60)
    return [
        fetched(Request(put, data=b"by url", method="PUT", headers={"Content-Type": ""})),
        fetched(get),
        fetched(url("get_object", Params={"Bucket": "parts", "Key": "none"})),
        fetched(Request(url("delete_object", Params={"Bucket": "parts", "Key": "url"}), method="DELETE")),
        a.s3.list_objects_v2(Bucket="parts", Prefix="url")["KeyCount"],
    ]


@call
def s3url_presigned_v4(a):
    from botocore.config import Config

    s3 = a.boto3.client("s3", **dict(a.options, config=Config(signature_version="s3v4")))
    put = s3.generate_presigned_url("put_object", Params={"Bucket": "parts", "Key": "v4 ü"}, ExpiresIn=60)
    get = s3.generate_presigned_url("get_object", Params={"Bucket": "parts", "Key": "v4 ü"})
    return ["X-Amz-Signature=" in get, fetched(Request(put, data=b"v4", method="PUT"))[0], fetched(get)]


@call
def s3url_post(a):
    form = a.s3.generate_presigned_post(
        "parts", "posted/f.txt", Fields={"x-amz-meta-a": "b"}, Conditions=[{"x-amz-meta-a": "b"}]
    )
    edge = "----edge"
    body = io.BytesIO()
    for name, value in form["fields"].items():
        body.write(
            ('--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (edge, name, value)).encode()
        )
    body.write(('--%s\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\n\r\n' % edge).encode())
    body.write(b"a file\r\n--" + edge.encode() + b"--\r\n")
    kind = {"Content-Type": "multipart/form-data; boundary=" + edge}
    return [
        form["fields"]["key"],
        fetched(Request(form["url"], data=body.getvalue(), headers=kind)),
        failure(lambda: a.s3.get_object(Bucket="parts", Key="posted/f.txt")["Body"].read()),
        failure(lambda: a.s3.head_object(Bucket="parts", Key="posted/f.txt")["Metadata"]),
    ]


@call
def s3note_configuration(a):
    url = a.sqs.create_queue(QueueName="told")["QueueUrl"]
    rule = {
        "Id": "r",
        "QueueArn": QUEUE,
        "Events": ["s3:ObjectCreated:*"],
        "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}},
    }
    put = a.s3.put_bucket_notification_configuration(
        Bucket="parts",
        NotificationConfiguration={"QueueConfigurations": [rule], "EventBridgeConfiguration": {}},
    )
    found = a.s3.get_bucket_notification_configuration(Bucket="parts")
    a.sqs.purge_queue(QueueUrl=url)
    a.s3.put_object(Bucket="parts", Key="in/x y", Body=b"12345")
    a.s3.put_object(Bucket="parts", Key="out/x", Body=b"1")
    import json

    messages = a.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    records = [r for m in messages for r in json.loads(m["Body"]).get("Records", [])]
    return [
        put,
        found,
        [(r["eventSource"], r["eventName"], r["s3"]["object"]["key"], r["s3"]["object"]["size"]) for r in records],
    ]
