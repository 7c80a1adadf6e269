"""What Lambda starts: `/var/runtime/bootstrap.py` runs AWS's runtime client with the function's handler.

Lambda's own file is not published; the two lines of it that tracebacks show are where they are there.
"""
import os

import calls
import importer
import runtime_client

calls.import_client()

import awslambdaric.__main__ as awslambdaricmain
from awslambdaric import bootstrap, lambda_config, lambda_runtime_client

# The log goes the way of the output, in frames.
log = os.dup(1)
os.environ["_LAMBDA_TELEMETRY_LOG_FD"] = str(log)
runtime_client.speak_for(lambda_runtime_client, log)
# It waits for the next invocation in a thread of its own, so that signals are served. Ours serves them all the same.
lambda_config.LambdaConfigProvider.SUPPORTED_THREADPOLLING_ENVS = set()
calls.watch(bootstrap)
importer.make_way_for_the_function()



































def main():
    awslambdaricmain.main([os.environ["LAMBDA_TASK_ROOT"], os.environ["_HANDLER"]])


main()
