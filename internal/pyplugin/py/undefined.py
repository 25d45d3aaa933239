"""Undefined values on their way between Go and ansible-core's markers."""
from ansible._internal._templating._jinja_common import CapturedExceptionMarker, Marker
from rehearse_host import TAG, failure


class GoMarker(Marker):
    """An undefined value of the Go side: its number finds it again."""

    __slots__ = ('_marker_number',)

    def __init__(self, message, number):
        super().__init__(hint=message, _no_template_source=True)
        object.__setattr__(self, '_marker_number', number)


def from_go(d):
    return GoMarker(d['m'], d['i'])


def to_go(marker):
    if isinstance(marker, GoMarker):
        return {TAG: 'u', 'i': object.__getattribute__(marker, '_marker_number')}
    if isinstance(marker, CapturedExceptionMarker):
        ex = marker._as_exception()
        return {TAG: 'u', 'm': str(ex), 'e': failure(ex)}
    if isinstance(marker, Marker):
        return {TAG: 'u', 'm': marker._as_message()}
    return {TAG: 'u', 'm': marker._undefined_message}
