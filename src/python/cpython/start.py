"""Starts an execution environment in a `python3` of the learner's own."""
import json
import os
import sys


def main():
    order = json.loads(os.environ["_LAMBDA_COURSE_ORDER"])
    import _lambda_course as native
    native.open_control(order["sandbox"]["control"])
    # What the learner installed for this python3 stays importable, behind the function's code and layers.
    own = [place for place in sys.path if place and place != sys.path[0]]
    order["path"] = order["path"] + own
    # All of our own is imported before /tmp becomes the environment's: our files may lie there.
    import calls, differences, importer, runtime_client, worker
    import virtual_files, virtual_processes, virtual_time
    del calls, runtime_client, virtual_files, virtual_processes, virtual_time
    importer.install()
    differences.mend_files()
    os._exit(worker.supervise(lambda: worker.serve(order)))


main()
