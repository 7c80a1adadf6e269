"""The frame between the runtime and the handler, where AWS has it: errors of the call itself show this place."""

# A handler that isn't callable, or takes other arguments, fails in this frame. Its file and line are those that
# AWS's own traces show, so it is compiled under that name, at that line.
_SOURCE = "\n" * 176 + """def handle_event_request(request_handler, event, lambda_context):
    response = request_handler(event, lambda_context)
    return response
"""
_FILE = "/var/runtime/awslambdaric/bootstrap.py"

_space = {}
exec(compile(_SOURCE, _FILE, "exec"), _space)
handle_event_request = _space["handle_event_request"]

# Tracebacks show the source line: linecache finds it here.
import linecache
linecache.cache[_FILE] = (len(_SOURCE), None, _SOURCE.splitlines(True), _FILE)
