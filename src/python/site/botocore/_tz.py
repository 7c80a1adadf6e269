"""Time zones with the names dateutil gives them, which boto3's answers show."""

import time
from datetime import timedelta, tzinfo

_ZERO = timedelta(0)


class tzutc(tzinfo):
    """Coordinated Universal Time."""

    def utcoffset(self, dt):
        return _ZERO

    def dst(self, dt):
        return _ZERO

    def tzname(self, dt):
        return "UTC"

    def fromutc(self, dt):
        return dt

    def __eq__(self, other):
        return isinstance(other, tzutc)

    __hash__ = None

    def __repr__(self):
        return "tzutc()"

    def __reduce__(self):
        return (tzutc, ())


class tzlocal(tzinfo):
    """The time zone of this machine."""

    def _daylight(self, dt):
        if not time.daylight:
            return False
        days = dt.toordinal() - 719163
        stamp = days * 86400 + dt.hour * 3600 + dt.minute * 60 + dt.second
        return bool(time.localtime(stamp + time.timezone).tm_isdst)

    def utcoffset(self, dt):
        if dt is None:
            return None
        return timedelta(seconds=-(time.altzone if self._daylight(dt) else time.timezone))

    def dst(self, dt):
        if dt is None:
            return None
        if self._daylight(dt):
            return timedelta(seconds=time.timezone - time.altzone)
        return _ZERO

    def tzname(self, dt):
        return time.tzname[1 if dt is not None and self._daylight(dt) else 0]

    def __eq__(self, other):
        return isinstance(other, tzlocal)

    __hash__ = None

    def __repr__(self):
        return "tzlocal()"

    def __reduce__(self):
        return (tzlocal, ())
