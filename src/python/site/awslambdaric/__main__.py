"""Where the client begins."""
from . import bootstrap
from .lambda_runtime_client import LambdaRuntimeClient


def main(args):
    """Runs until the process ends. `args`: the folder of the function's code, and its handler."""
    handler = args[1]
    client = LambdaRuntimeClient()
    # line 31
    bootstrap.run(handler, client)
