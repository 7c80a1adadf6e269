"""Record what the real boto3 answers to the calls, served by moto.

    python3 tests/boto3/record.py            writes tests/boto3/golden.json

Needs boto3 and moto[server,all] from PyPI; the versions used are named inside.
"""

import json
import os
import sys
from contextlib import contextmanager
from urllib.request import Request, urlopen

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)


@contextmanager
def moto():
    """A fresh moto server that needs no containers; gives its address."""
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address = "http://%s:%d" % (host, port)
        settings = json.dumps({"lambda": {"use_docker": False}, "iam": {"load_aws_managed_policies": False}})
        request = Request(address + "/moto-api/config", data=settings.encode(), method="POST")
        request.add_header("Content-Type", "application/json")
        urlopen(request).read()
        create_role(address)
        yield address
    finally:
        server.stop()


def create_role(address):
    """Lambda functions need a role that exists."""
    import boto3

    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    iam = boto3.client("iam", region_name="us-east-1", endpoint_url=address, **keys)
    iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")


def prepare():
    """Make runs alike wherever they happen."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            del os.environ[name]
    os.environ.update(AWS_EC2_METADATA_DISABLED="true", AWS_CONFIG_FILE=os.devnull, TZ="UTC")
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["AWS_RETRY_MODE"] = "standard"


def main():
    prepare()
    import boto3
    import botocore
    import calls
    from moto import __version__ as moto_version

    with moto() as address:
        results = calls.run(boto3, address)
    golden = {
        "source": "boto3 %s, botocore %s, served by moto %s, CPython %d.%d"
        % (boto3.__version__, botocore.__version__, moto_version, *sys.version_info[:2]),
        "calls": results,
    }
    with open(os.path.join(HERE, "golden.json"), "w", encoding="utf-8", newline="\n") as stream:
        json.dump(golden, stream, indent=1, sort_keys=True, ensure_ascii=False)
        stream.write("\n")
    print("%d calls recorded" % len(results))


if __name__ == "__main__":
    main()
