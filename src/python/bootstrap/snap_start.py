"""What the runtime does between initialisation and the first invocation where the function has SnapStart: hooks, the
snapshot, and once for each environment that is restored from it, hooks again."""
import os
import sys

import _lambda_course as native


def wanted():
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"


def on_init_complete(raised_error, log_error):
    """Returns in every environment that was restored. The process itself stays as the snapshot, where it can fork."""
    import snapshot_restore_py as hooks

    try:
        registered = hooks.get_before_snapshot()
        while registered:
            function, args, kwargs = registered.pop()
            function(*args, **kwargs)
        _be_restored()
    except BaseException:
        error = raised_error(None)
        log_error(error)
        native.init_error(_json(error), "Runtime.BeforeSnapshotError")
        sys.exit(64)
    try:
        for function, args, kwargs in hooks.get_after_restore():
            function(*args, **kwargs)
    except BaseException:
        error = raised_error(None)
        log_error(error)
        native.restore_error(_json(error), "Runtime.AfterRestoreError")
        sys.exit(65)


def _json(error):
    from awslambdaric.marshal import to_json
    return to_json(error)


def _be_restored():
    if not native.can_fork:
        # Every environment was initialised anew, unseen, and waits here for its turn.
        native.restore_next()
        return
    import worker
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # A fork would seed the generator anew; a machine restored from a snapshot does not.
    random = sys.modules.get("random")
    numbers = random.getstate() if random else None
    keeper = os.fork()
    if keeper != 0:
        # Stays where it is, stopped by the program, as the parent of the one that forks.
        os.waitpid(keeper, 0)
        os._exit(0)
    worker.fork_from_here()
    if random:
        random.setstate(numbers)
