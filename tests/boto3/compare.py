"""Run calls.py with the bundled boto3 and show where it differs from golden.json.

    python3 tests/boto3/compare.py ENDPOINT      against a fresh endpoint
    python3 tests/boto3/compare.py --moto [PYTHON ...]
                                                 against a moto started here, run by PYTHON

Any Python may run it, the embedded one included. Exit 1 if a call differs in a
way that ACCEPTED does not allow.
"""

import json
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

# Calls whose answers may differ, with the reason.
ACCEPTED = {
    "session_no_resource": "the text lists what resources there are, and the bundled boto3 has two",
}


def differences(golden, found):
    """Names of calls that differ, with both answers."""
    return {
        name: (golden.get(name), found.get(name))
        for name in list(golden) + [n for n in found if n not in golden]
        if golden.get(name) != found.get(name)
    }


def compare(endpoint, only=None):
    """Compare at an endpoint and print; return how many differ unexpectedly."""
    sys.path.insert(0, os.path.join(HERE, "..", "..", "src", "python", "site"))
    import boto3
    import calls

    with open(os.path.join(HERE, "golden.json"), encoding="utf-8") as stream:
        golden = json.load(stream)["calls"]
    if only:
        golden = {k: v for k, v in golden.items() if k.startswith(only)}
    found = json.loads(json.dumps(calls.run(boto3, endpoint, only)))
    different = differences(golden, found)
    unexpected = [name for name in different if name not in ACCEPTED]
    for name in unexpected:
        print("%s\n  real:    %s\n  bundled: %s" % ((name,) + tuple(
            json.dumps(value, sort_keys=True, ensure_ascii=False) for value in different[name]
        )))
    print(
        "%d calls, %d alike, %d differ as accepted, %d differ"
        % (len(golden), len(golden) - len(different), len(different) - len(unexpected), len(unexpected))
    )
    return len(unexpected)


def main():
    if sys.argv[1:2] == ["--moto"]:
        import record

        record.prepare()
        with record.moto() as address:
            # The server runs in this process with the real botocore; the client
            # under test needs a process of its own.
            import subprocess

            python = sys.argv[2:] or [sys.executable]
            return subprocess.call(python + [__file__, address])
    return 1 if compare(*sys.argv[1:3]) else 0


if __name__ == "__main__":
    sys.exit(main())
