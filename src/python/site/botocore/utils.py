"""Small shared helpers: percent encoding, timestamps, time zones, merging."""

import time

SAFE_CHARS = "-._~"
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_zones = {}


def percent_encode(value, safe=SAFE_CHARS):
    """Percent-encode `value`, leaving letters, digits, `_.-~` and `safe` alone."""
    if not isinstance(value, (bytes, str)):
        value = str(value)
    if isinstance(value, str):
        if _UNRESERVED.issuperset(value):
            return value
        value = value.encode("utf-8")
    out = []
    for byte in value:
        char = chr(byte)
        out.append(char if char in _UNRESERVED or char in safe else "%%%02X" % byte)
    return "".join(out)


def percent_encode_sequence(mapping, safe=SAFE_CHARS):
    """Encode a mapping, or a list of pairs, as a query string."""
    pairs = mapping.items() if hasattr(mapping, "items") else mapping
    encoded = []
    for key, value in pairs:
        for element in value if isinstance(value, list) else [value]:
            encoded.append(percent_encode(key, safe) + "=" + percent_encode(element, safe))
    return "&".join(encoded)


def unquote(text):
    """Decode percent escapes as UTF-8."""
    if "%" not in text:
        return text
    parts = text.split("%")
    out = [parts[0].encode("utf-8")]
    for part in parts[1:]:
        try:
            out.append(bytes([int(part[:2], 16)]) + part[2:].encode("utf-8"))
        except ValueError:
            out.append(("%" + part).encode("utf-8"))
    return b"".join(out).decode("utf-8", "replace")


def split_url(url):
    """Split an absolute URL into scheme, host, port (or None) and path with query."""
    scheme, separator, rest = url.partition("://")
    if not separator or not rest:
        raise ValueError("Invalid endpoint: %s" % url)
    host, slash, path = rest.partition("/")
    port = None
    head, colon, tail = host.rpartition(":")
    if colon and not tail.endswith("]"):
        try:
            host, port = head, int(tail)
        except ValueError:
            raise ValueError("Invalid endpoint: %s" % url) from None
    return scheme.lower(), host, port, slash + path


def random_uuid():
    """A random version 4 UUID, without the cost of importing `uuid`."""
    import os

    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = bytes(raw).hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def is_json_value_header(shape):
    """Whether the shape is a header that carries JSON."""
    return (
        shape.serialization.get("jsonvalue", False)
        and shape.serialization.get("location") == "header"
        and shape.type_name == "string"
    )


def ensure_boolean(val):
    """Make a boolean of one, or of its name."""
    return val if isinstance(val, bool) else str(val).lower() == "true"


def merge_dicts(dict1, dict2):
    """Merge `dict2` into `dict1`, nested dictionaries too."""
    for key, value in dict2.items():
        if isinstance(value, dict) and isinstance(dict1.get(key), dict):
            merge_dicts(dict1[key], value)
        else:
            dict1[key] = value


def tzutc():
    """The UTC time zone, printed as dateutil prints it."""
    return _zone("tzutc")


def tzlocal():
    """The local time zone, printed as dateutil prints it."""
    return _zone("tzlocal")


def _zone(name):
    if not _zones:
        from botocore import _tz

        _zones["tzutc"] = _tz.tzutc()
        _zones["tzlocal"] = _tz.tzlocal()
    return _zones[name]


def parse_timestamp(value):
    """Turn a timestamp from the wire (a number, ISO 8601 or RFC 822) into a datetime."""
    from datetime import datetime

    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, tzlocal())
    try:
        return datetime.fromtimestamp(float(value), tzlocal())
    except (TypeError, ValueError):
        pass
    try:
        return _parse_text(value)
    except (TypeError, ValueError, IndexError) as e:
        raise ValueError('Invalid timestamp "%s": %s' % (value, e)) from e


def _named_zone(name):
    # dateutil calls a zone local if the machine's clock goes by that name, so
    # real answers show tzlocal() in Lambda and often tzutc() elsewhere.
    return tzlocal() if name in time.tzname else tzutc()


def _parse_text(text):
    from datetime import datetime, timedelta, timezone

    text = text.strip()
    if text[:1].isalpha() or "," in text:
        # Wed, 21 Oct 2015 07:28:00 GMT
        day, month, year, clock, zone = text.split(",")[-1].split()
        hour, minute, second = clock.split(":")
        when = datetime(
            int(year), _MONTHS.index(month[:3]) + 1, int(day), int(hour), int(minute), int(second)
        )
        if zone == "+0000":
            return when.replace(tzinfo=tzutc())
        return when.replace(tzinfo=_named_zone(zone) if zone in ("GMT", "UTC") else None)
    date, clock = text[:10], text[11:]
    year, month, day = date.split("-")
    zone = None
    if clock.endswith(("Z", "z")):
        clock, zone = clock[:-1], _named_zone("UTC")
    else:
        for sign in "+-":
            head, found, offset = clock.partition(sign)
            if found:
                offset = offset.replace(":", "")
                minutes = int(offset[:2]) * 60 + int(offset[2:] or 0)
                minutes = -minutes if sign == "-" else minutes
                zone = timezone(timedelta(minutes=minutes)) if minutes else tzutc()
                clock = head
    fields = clock.split(":") if clock else []
    second, _, fraction = fields[2].partition(".") if len(fields) > 2 else ("0", "", "")
    return datetime(
        int(year),
        int(month),
        int(day),
        int(fields[0]) if fields else 0,
        int(fields[1]) if len(fields) > 1 else 0,
        int(second),
        int((fraction + "000000")[:6]),
        tzinfo=zone,
    )


def parse_to_aware_datetime(value):
    """Turn what a caller may give for a timestamp into a datetime in UTC."""
    from datetime import datetime

    when = value if isinstance(value, datetime) else parse_timestamp(value)
    if when.tzinfo is None:
        return when.replace(tzinfo=tzlocal()).astimezone(tzutc())
    return when.astimezone(tzutc())


def format_rfc822(seconds):
    """Seconds since the epoch in the form of HTTP headers."""
    t = time.gmtime(seconds)
    return "%s, %02d %s %04d %02d:%02d:%02d GMT" % (
        _DAYS[t.tm_wday],
        t.tm_mday,
        _MONTHS[t.tm_mon - 1],
        t.tm_year,
        t.tm_hour,
        t.tm_min,
        t.tm_sec,
    )


def epoch_seconds(when):
    """Whole seconds since the epoch of a datetime in UTC."""
    days = when.toordinal() - 719163
    return ((days * 24 + when.hour) * 60 + when.minute) * 60 + when.second
