"""A small botocore that speaks AWS's protocols to the course's own endpoint.

It keeps the names and messages of the real one; see NOTICE beside this package.
"""

__version__ = "1.44.8"


class _UNSIGNED:
    """The type of `UNSIGNED`, the signature version that signs nothing."""

    def __copy__(self):
        return self

    def __deepcopy__(self, memodict):
        return self


UNSIGNED = _UNSIGNED()

# Names the rule below would split in the wrong place.
_xform_cache = {
    ("GetOTelEnrichment", "_"): "get_otel_enrichment",
    ("StartOTelEnrichment", "_"): "start_otel_enrichment",
    ("StopOTelEnrichment", "_"): "stop_otel_enrichment",
}


def xform_name(name, sep="_", _xform_cache=_xform_cache):
    """Turn an API's CamelCase name into Python's snake_case."""
    if sep in name:
        return name
    key = (name, sep)
    found = _xform_cache.get(key)
    if found is None:
        found = _xform_cache[key] = _snake(name, sep)
    return found


def _snake(name, sep):
    # A word starts at a capital that follows a small letter or a digit, and at
    # the last capital of a run of them ("HTTPHeaders" -> "http_headers"). A
    # plural acronym at the end ("ACLs") is one word.
    if len(name) > 3 and name[-1] == "s" and name[-2].isupper() and name[-3].isupper():
        start = len(name) - 1
        while start and name[start - 1].isupper():
            start -= 1
        name = name[:start] + name[start:].capitalize()
    out = []
    for i, char in enumerate(name):
        if char.isupper() and i:
            before = name[i - 1]
            after = name[i + 1] if i + 1 < len(name) else ""
            if not before.isupper() or after.islower():
                out.append(sep)
        out.append(char.lower())
    return "".join(out)
