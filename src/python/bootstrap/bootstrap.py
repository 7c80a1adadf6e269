"""What Lambda starts: `/var/runtime/bootstrap.py` runs the runtime client with the function's handler.

Lambda's own file is not published; the two lines of it that tracebacks show are where they are there.
"""
import os
import sys

import importer

if sys.implementation.name == "cpython":
    import client_of_ones_own
    client_of_ones_own.prepare()

import awslambdaric.__main__ as awslambdaricmain

importer.make_way_for_the_function()


def main():
    # line 60
    awslambdaricmain.main([os.environ["LAMBDA_TASK_ROOT"], os.environ["_HANDLER"]])


# line 63
main()
