"""Starts an execution environment in a `python3` of the learner's own."""
import json
import os
import sys


def keep_in_place(files, own):
    """Keeps what belongs to this python3 where it is, although a folder of Lambda's hides what is around it: a virtual
    environment may lie in /tmp."""
    hiding = tuple(virtual + "/" for virtual in files)
    for place in {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, *own}:
        place = os.path.abspath(place)
        if place.startswith(hiding):
            files[place] = {"real": place, "writable": False}


def main():
    order = json.loads(os.environ["_LAMBDA_COURSE_ORDER"])
    import _lambda_course as native
    native.open_control(order["sandbox"]["control"])
    # What the learner installed for this python3 stays importable, behind the function's code and layers.
    own = [place for place in sys.path if place and place != sys.path[0]]
    order["path"] = order["path"] + own
    keep_in_place(order["files"], own)
    # All of our own is imported before /tmp becomes the environment's: our files may lie there.
    import client_of_ones_own, differences, importer, snap_start, unawaited, worker
    import virtual_files, virtual_processes, virtual_time
    del client_of_ones_own, snap_start, unawaited, virtual_files, virtual_processes, virtual_time
    importer.install()
    differences.mend_files()
    native.connect(order["environment"]["AWS_LAMBDA_RUNTIME_API"])
    os._exit(worker.supervise(lambda: worker.serve(order)))


main()
