"""S3, the resource."""

from .registry import each

each(
    "s3res",
    bucket=lambda a: [repr(a.r_s3), repr(a.r_s3.Bucket("bucket")), a.r_s3.Bucket("x").name],
    objects=lambda a: [o.key for o in a.r_s3.Bucket("bucket").objects.all()],
    filter=lambda a: [
        (o.key, o.size, o.bucket_name, repr(o))
        for o in a.r_s3.Bucket("bucket").objects.filter(Prefix="b")
    ],
    limit=lambda a: [o.key for o in a.r_s3.Bucket("bucket").objects.limit(2)],
    pages=lambda a: [len(p) for p in a.r_s3.Bucket("bucket").objects.page_size(4).pages()],
    buckets=lambda a: [b.name for b in a.r_s3.buckets.all()],
    put=lambda a: a.r_s3.Object("bucket", "r1").put(Body=b"resource"),
    get=lambda a: a.r_s3.Object("bucket", "r1").get()["Body"].read(),
    attributes=lambda a: [
        getattr(a.r_s3.Object("bucket", "r1"), name)
        for name in ("content_length", "e_tag", "last_modified", "metadata", "key")
    ],
    load_404=lambda a: a.r_s3.Object("bucket", "nope").load(),
    copy_from=lambda a: a.r_s3.Object("bucket", "r2").copy_from(CopySource="bucket/r1"),
    put_object=lambda a: repr(a.r_s3.Bucket("bucket").put_object(Key="r3", Body=b"3")),
    delete=lambda a: a.r_s3.Object("bucket", "r2").delete(),
    delete_objects=lambda a: a.r_s3.Bucket("bucket").delete_objects(
        Delete={"Objects": [{"Key": "r3"}]}
    ),
    delete_all=lambda a: [
        r["ResponseMetadata"]["HTTPStatusCode"]
        for r in a.r_s3.Bucket("other").object_versions.delete()
    ],
    missing_id=lambda a: a.r_s3.Bucket(),
    equal=lambda a: a.r_s3.Bucket("a") == a.r_s3.Bucket("a") != a.r_s3.Bucket("b"),
    no_attribute=lambda a: a.r_s3.Bucket("bucket").nope,
)
