"""Records what AWS's own runtime client does with the handlers in `code/`.

    python record.py CLIENT_PYTHON...      one python3 with `awslambdaric` for each version to record

The newest version's file holds every case, the others only the cases that differ from it. See README.md.
"""
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
CASES = json.loads((HERE / "cases.json").read_text())
REQUEST_IDS = ["8476a536-e9f4-11e8-9739-2dfe598c3fcd", "91fc5a2d-1fb2-4a4e-8ab1-fc2d5b2d1a55"]
SECONDS_UNTIL_DEADLINE = 3


def main(pythons):
    recordings = {version(python): {name: record(python, case) for name, case in CASES.items()} for python in pythons}
    newest = max(recordings, key=lambda name: int(name.split(".")[1]))
    (HERE / "recorded").mkdir(exist_ok=True)
    for name, cases in recordings.items():
        if name != newest:
            cases = {case: found for case, found in cases.items() if found != recordings[newest][case]}
        text = json.dumps(cases, indent=1, ensure_ascii=False)
        (HERE / f"recorded/python{name}.json").write_text(text + "\n")
        print(f"Python {name}: {len(cases)} cases")


def version(python):
    return ask(python, "import sys; print('%d.%d' % sys.version_info[:2])")


@functools.cache
def ask(python, code):
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def record(python, case):
    """One case: what was posted, what was logged and how the process ended."""
    with tempfile.TemporaryDirectory(prefix="ric") as root:
        root = Path(root).resolve()
        lay_out(root, python, case)
        found = run(root, python, case, framed=True)
        if case.get("plain"):
            found["plain"] = run(root, python, case, framed=False)["log"]
        return found


def lay_out(root, python, case):
    """Lambda's folders: the function's code, its layers, the runtime."""
    shutil.copytree(HERE / "code" / case["code"], root / "var/task", ignore=shutil.ignore_patterns("__pycache__"))
    if "layers" in case:
        shutil.copytree(HERE / "code" / case["layers"], root / "opt")
    (root / "var/runtime").mkdir()
    (root / "tmp").mkdir()
    shutil.copy(HERE / "runtime/bootstrap.py", root / "var/runtime")
    shutil.copy(HERE / "runtime/network.py", root / "var/runtime")
    site = Path(ask(python, "import awslambdaric; print(awslambdaric.__path__[0])")).parent
    library = root / "var/lang/lib" / f"python{version(python)}/site-packages"
    library.mkdir(parents=True)
    for package in ("awslambdaric", "simplejson", "snapshot_restore_py.py"):
        (library / package).symlink_to(site / package)


def run(root, python, case, framed):
    reading, writing = os.pipe()
    events = case.get("events", ["{}"])
    plan = {
        "invocations": [headers(case, place) | {"body": event} for place, event in enumerate(events)],
        "path": [str(root / "var/task"), str(root / "opt/python/lib/python3.14/site-packages"),
                 str(root / "opt/python"), str(root / "var/runtime"),
                 str(root / f"var/lang/lib/python{version(python)}/site-packages")],
        "posts": str(root / "posts"),
        "deadline": SECONDS_UNTIL_DEADLINE,
    }
    (root / "plan.json").write_text(json.dumps(plan))
    environment = environment_of(root, case)
    if framed:
        environment["_LAMBDA_TELEMETRY_LOG_FD"] = str(writing)
    process = subprocess.Popen(
        [python, "-B", str(root / "var/runtime/bootstrap.py")], cwd=root / "var/task",
        env=environment, stdin=subprocess.DEVNULL, stdout=writing, stderr=writing, pass_fds=[writing])
    os.close(writing)
    with open(reading, "rb") as pipe:
        written = pipe.read()
    status = process.wait(timeout=60)
    posts = [json.loads(line) for line in (root / "posts").read_text().splitlines()]
    (root / "posts").unlink()
    library = ask(python, "import json; print(json.__path__[0])").removesuffix("/json")

    def normal(text):
        return normalised(text, str(root), library)

    return {
        "invocations": sum(post["kind"] == "next" for post in posts),
        "posts": [{key: normal(value) for key, value in post.items()} for post in posts if post["kind"] != "next"],
        "log": [normal(event) for event in log_events(written)],
        "end": "waits" if status == 99 else f"status {status}" if status >= 0 else f"signal {-status}",
    }


def headers(case, place):
    """What comes with an invocation, beside the event."""
    found = {
        "Lambda-Runtime-Aws-Request-Id": REQUEST_IDS[place],
        "Lambda-Runtime-Trace-Id": f"Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e70{place};Parent=9a9197af755a6419;Sampled=1",
        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:demo",
        "Content-Type": "application/json",
    }
    names = {"client_context": "Client-Context", "identity": "Cognito-Identity", "tenant": "Aws-Tenant-Id"}
    return found | {f"Lambda-Runtime-{names[key]}": case[key] for key in names if key in case}


def environment_of(root, case):
    """The variables of a function named `demo` on Lambda, as recorded there (2026-02, Python 3.14)."""
    return {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.14",
        "AWS_LAMBDA_FUNCTION_NAME": "demo",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/demo",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/09/01/[$LATEST]0123456789abcdef0123456789abcdef",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "169.254.100.1:2000",
        "_AWS_XRAY_DAEMON_ADDRESS": "169.254.100.1",
        "_AWS_XRAY_DAEMON_PORT": "2000",
        "_HANDLER": case["handler"],
        "LAMBDA_TASK_ROOT": str(root / "var/task"),
        "LAMBDA_RUNTIME_DIR": str(root / "var/runtime"),
        "LANG": "en_US.UTF-8",
        "LC_CTYPE": "C.UTF-8",
        "TZ": ":UTC",
        "PWD": str(root / "var/task"),
        "SHLVL": "0",
        "PYTHONPATH": str(root / "var/runtime"),
        "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        "LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:"
                           "/opt/lib",
        **case.get("environment", {}),
    }


def log_events(written):
    """The events of a log: a frame each, or a line each."""
    events = []
    while written:
        if written.startswith(b"\xa5\x5a\x00"):
            end = 16 + int.from_bytes(written[4:8], "big")
            events.append(written[16:end].removesuffix(b"\n"))
            written = written[end:]
            continue
        frame, line = written.find(b"\xa5\x5a\x00"), written.find(b"\n")
        if line >= 0 and (frame < 0 or line < frame):
            events.append(written[:line])
            written = written[line + 1:]
        else:
            end = frame if frame >= 0 else len(written)
            events.append(written[:end])
            written = written[end:]
    return [event.decode("utf-8", "replace") for event in events]


def normalised(text, root, library):
    """Without what differs from run to run. The test does the same to what it compares."""
    text = text.replace(root, "").replace(library, "/var/lang/lib/python3.x")
    for pattern, name in (
        (r"/var/lang/lib/python3\.\d+", "/var/lang/lib/python3.x"),
        (r'(File \\?"(?:/var/lang/lib/python3\.x/(?!site-packages)|<frozen )[^"]*", line )\d+', r"\1<n>"),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "<time>"),
        (r'("timestamp": ")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', r"\1<second>"),
        (r"0x[0-9a-f]{6,}", "0x<address>"),
        (r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}[^\"']*", "<trace>"),
        (r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", "<stream>"),
        (r"(Previous line repeated )\d+", r"\1<n>"),
        (r"LAMBDA_WARNING: Unhandled exception\. .*?runtimes-update\.html", "<LAMBDA_WARNING>"),
    ):
        text = re.sub(pattern, name, text)
    return text


if __name__ == "__main__":
    main(sys.argv[1:])
