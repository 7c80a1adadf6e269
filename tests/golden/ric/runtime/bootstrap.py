"""What Lambda starts: puts the function's code and its layers first, and runs the client.

Lambda's own is not published. Its frames, seen in tracebacks, are `<module>` in line 63 and `main` in line 60.
"""
import json
import os
import sys


def prepare():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(root, "plan.json")) as file:
        plan = json.load(file)
    own = [place for place in sys.path if place != os.path.dirname(os.path.abspath(__file__))]
    sys.path[:] = plan["path"][-2:] + own
    import network
    network.install(plan, os.open(plan["posts"], os.O_WRONLY | os.O_CREAT | os.O_APPEND))
    del sys.modules["network"]
    sys.path[:] = plan["path"] + own


prepare()
del prepare
import awslambdaric.__main__ as awslambdaricmain

# The line of `main` and of its call are Lambda's.
































def main():
    awslambdaricmain.main([os.environ["LAMBDA_TASK_ROOT"], os.environ["_HANDLER"]])


main()
