"""The snapshot, between the client's hooks: what it waits for before it runs the function in a restored environment."""
import os
import sys

import worker


def be_restored(log):
    """Returns in every environment that was restored. The process itself stays as the snapshot.

    `log` is the descriptor of the client's log, which goes where the standard output goes.
    """
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
    os.dup2(1, log)
    if random:
        random.setstate(numbers)
