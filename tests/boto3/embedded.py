"""The bundled boto3 imported from memory, preloaded, and used after a fork.

    python3 tests/boto3/embedded.py

The importer here stands for the one that serves the package from inside the
program: its loader has `get_data`, and nothing is read from disk afterwards.
"""

import importlib.abc
import importlib.util
import os
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
SITE = os.path.join(HERE, "..", "..", "src", "python", "site")
ROOT = "/embedded/site/"


def read_site():
    """All files of the package by their virtual paths."""
    held = {}
    for folder, folders, names in os.walk(SITE):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as stream:
                held[ROOT + os.path.relpath(path, SITE).replace(os.sep, "/")] = stream.read()
    return held


class Importer(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and loads modules among files held in memory."""

    def __init__(self, files):
        self.files = files

    def find_spec(self, name, path=None, target=None):
        base = ROOT + name.replace(".", "/")
        for candidate, package in ((base + "/__init__.py", True), (base + ".py", False)):
            if candidate in self.files:
                spec = importlib.util.spec_from_loader(
                    name, self, origin=candidate, is_package=package
                )
                spec.has_location = True
                return spec
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        origin = module.__spec__.origin
        exec(compile(self.files[origin], origin, "exec"), module.__dict__)

    def get_data(self, path):
        return self.files[path]


def main():
    started = time.perf_counter()
    sys.meta_path.insert(0, Importer(read_site()))
    before = dict(os.environ)
    import boto3

    imported = time.perf_counter()
    boto3._preload()
    boto3._preload()
    loaded = time.perf_counter()
    assert dict(os.environ) == before
    assert boto3.__file__.startswith(ROOT) and boto3.DEFAULT_SESSION is None
    modules = set(sys.modules)

    def use():
        options = dict(region_name="us-east-1", endpoint_url="http://127.0.0.1:1")
        options.update(aws_access_key_id="a", aws_secret_access_key="b")
        from boto3.dynamodb.conditions import Key

        Key("a").eq(1)
        for name in boto3.Session().get_available_services():
            client = boto3.client(name, **options)
            try:
                getattr(client, "list_buckets", None) or client.exceptions
            finally:
                client.close()
        table = boto3.resource("dynamodb", **options).Table("t")
        try:
            table.get_item(Key={"a": 1})
        except boto3.session.botocore.exceptions.EndpointConnectionError:
            pass
        new = {name for name in set(sys.modules) - modules if name.startswith("boto")}
        assert not new, new

    if hasattr(os, "fork"):
        child = os.fork()
        if child == 0:
            try:
                use()
                os._exit(0)
            except BaseException as e:  # noqa: B036
                print(type(e).__name__, e)
                sys.stdout.flush()
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
    use()
    print(
        "ok: import %.0f ms, preload %.0f ms" % ((imported - started) * 1e3, (loaded - imported) * 1e3)
    )


if __name__ == "__main__":
    main()
