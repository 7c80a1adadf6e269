"""Events: functions a caller registers to see or change calls."""


class HierarchicalEmitter:
    """Calls the handlers whose event name matches, part by part.

    A handler registered for "before-call.s3" is called for
    "before-call.s3.PutObject" too, and "*" stands for any one part.
    """

    def __init__(self):
        self._handlers = []

    def register(self, event_name, handler, unique_id=None, unique_id_uses_count=False):
        """Have `handler` called at an event."""
        if not callable(handler):
            raise ValueError(f"Event handler {handler} must be callable.")
        if unique_id is not None and any(h[2] == unique_id for h in self._handlers):
            return
        self._handlers.append((event_name.split("."), handler, unique_id))

    register_last = register

    def register_first(self, event_name, handler, unique_id=None, unique_id_uses_count=False):
        """Have `handler` called at an event, before the others."""
        self.register(event_name, handler, unique_id)
        self._handlers.insert(0, self._handlers.pop())

    def unregister(self, event_name, handler=None, unique_id=None, unique_id_uses_count=False):
        """Have it called no more."""
        parts = event_name.split(".")
        self._handlers = [
            held
            for held in self._handlers
            if not (
                held[0] == parts
                and (held[1] == handler or (unique_id is not None and held[2] == unique_id))
            )
        ]

    def emit(self, event_name, **kwargs):
        """Call the handlers of an event; return pairs of handler and answer."""
        if not self._handlers:
            return []
        parts = event_name.split(".")
        kwargs["event_name"] = event_name
        return [
            (handler, handler(**kwargs))
            for pattern, handler, _ in list(self._handlers)
            if _matches(pattern, parts)
        ]

    def emit_until_response(self, event_name, **kwargs):
        """Call handlers until one answers; return that one and its answer."""
        for handler, response in self.emit(event_name, **kwargs):
            if response is not None:
                return handler, response
        return None, None


def _matches(pattern, parts):
    return len(pattern) <= len(parts) and all(
        wanted in ("*", part) for wanted, part in zip(pattern, parts)
    )


def first_non_none_response(responses, default=None):
    """The first answer that is one."""
    for _, response in responses:
        if response is not None:
            return response
    return default
