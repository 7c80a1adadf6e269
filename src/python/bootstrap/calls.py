"""Between AWS's runtime client and the handler: what the embedded interpreter says or does otherwise than CPython."""
import os
import sys

import client_json
import differences
import importer
import tracebacks
import unawaited

_WHAT_THE_CLIENT_READS = ("AWS_EXECUTION_ENV", "AWS_LAMBDA_LOG_FORMAT", "AWS_LAMBDA_LOG_LEVEL")
_imported_for = {}


def import_client_ahead():
    """Imports the client once for all workers, as most of them need it."""
    os.environ["AWS_EXECUTION_ENV"] = "AWS_Lambda_python3.14"
    import_client()


def import_client():
    """Imports the client, unless that was done for such an environment: it reads it as it is imported."""
    read = {name: os.environ.get(name) for name in _WHAT_THE_CLIENT_READS}
    if read == _imported_for:
        return
    importer.forget("awslambdaric")
    sys.modules["simplejson"] = client_json
    import awslambdaric.__main__
    import awslambdaric.lambda_literals
    del awslambdaric, sys.modules["simplejson"]
    _imported_for.update(read)


def watch(bootstrap):
    """Has each call of the handler looked at."""
    if sys.implementation.name == "cpython":
        tracebacks.show_source(bootstrap.__file__)
        return
    get_handler = bootstrap._get_handler
    bootstrap._get_handler = lambda name: _watched(get_handler(name))


def _watched(handler):
    def call(event, context):
        try:
            response = handler(event, context)
        except Exception as error:
            differences.reword(error)
            raise
        unawaited.watch(response)
        return response

    return call
