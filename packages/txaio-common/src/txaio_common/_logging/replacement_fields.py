"""Which replacement fields of a message, such as ``{peer}``, are filled in.

A message may be a text from outside: ``log.info(text_from_a_peer)``.
`str.format` would read any attribute of a field for it, and pad to any width;
`twisted.logger` would call methods of fields as well.
So what a message may contain depends on what it comes with:

- A call that gives fields has a format, whose fields may have attributes, indexes
  and widths, as in `str.format`.
- Without fields in the call, a message can only name those of the logger and of the
  context: ``{peer}`` or, with a conversion, ``{peer!r}``.
- Fields that are added to each event are only named, as one may lead to the whole
  process.
  Of a failure the exception may be named as well: ``{log_failure.value}``.
- Attributes that begin with an underscore are never read.
- Fields are called, as in ``{peer.name()}``, only for programs that were written for
  the module `txaio` on Twisted.

Other messages are not formatted.
That is decided when the event is made and not when it is written, as handlers and
observers of others format events, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from string import Formatter
from typing import Any, NamedTuple, cast

from txaio_common._failures import FailedFuture, message_of
from txaio_common._logging.text import (
    MAX_KNOWN_FORMATS,
    MAX_KNOWN_LENGTH,
    OWN_FIELDS,
)
from txaio_interfaces import IFailedFuture


MAX_NAMED_FIELDS = 16
"""The number of fields in a message that comes without fields.

One that is longer could name a long field so often that it fills the memory.
"""

NAMES_ONLY: set[str] = set()
"""Formats that every call may have, as they only name fields."""

WITH_FIELDS: set[str] = set()
"""Formats that every call with fields of its own may have."""

_FAILURE = "log_failure"
_ADDED = OWN_FIELDS | {_FAILURE, "log_text"}

NO_FIELDS_OF_A_CALL = _ADDED | {"exc_info", "log_category"}
"""Names of keywords that say nothing about the message of a call."""

_OF_A_FAILURE = frozenset((".value", ".type"))
_CALLS_OF_A_FAILURE = frozenset(
    (".getErrorMessage()", ".getTraceback()", ".getBriefTraceback()")
)

_ONLY_NAMES = (
    "without fields in the call, a message can only name fields:"
    " log.info('{text}', text=text)"
)
_UNDERSCORE = "attributes that begin with _ are not read"
_NO_CALLS = "fields are not called"


class _Needs(NamedTuple):
    """What a call needs for its format to be filled in."""

    refused: str = ""
    """Why it never is."""
    calls: bool = False
    """Whether the format calls fields."""
    fields: str = ""
    """Why it needs fields in the call."""
    failure: bool = False
    """Whether the format reads an attribute of the failure."""


_known: dict[str, _Needs] = {}
"""What formats need; those of the two sets are here as well."""


def allowed_format(
    text: str, given: Collection[str], fields: dict[str, Any], *, calls: bool
) -> str:
    """Return *text* if it may be formatted, else a format that quotes it.

    *given* are the names of the keywords of the call, *fields* those of the event, to
    which the quoted text is added, and in which an exception whose `value` the format
    reads is replaced by a failure.
    *calls* tells whether fields may be called.
    """
    needs = _known.get(text) or _learn(text)
    reason = needs.refused
    if not reason and needs.fields and NO_FIELDS_OF_A_CALL.issuperset(given):
        reason = needs.fields
    if not reason and needs.calls and not calls:
        reason = _NO_CALLS
    if not reason:
        if needs.failure:
            _wrap_exception(fields)
        return text
    fields["log_text"] = f"{text} [not formatted: {reason}]"
    return "{log_text}"


def _wrap_exception(fields: dict[str, Any]) -> None:
    """Make an exception in *fields* a failure, which has the attribute `value`."""
    error = fields.get(_FAILURE)
    kind = type(error)  # An object may raise when `isinstance` asks for its class.
    # Twisted's Failure is an exception as well.
    if issubclass(kind, BaseException) and not issubclass(kind, IFailedFuture):
        fields[_FAILURE] = FailedFuture(cast("BaseException", error))


def _learn(text: str) -> _Needs:
    """Return what the format *text* needs, and remember it."""
    needs = _examine(text)
    if len(text) <= MAX_KNOWN_LENGTH:
        if len(_known) >= MAX_KNOWN_FORMATS:
            _known.clear()
            NAMES_ONLY.clear()
            WITH_FIELDS.clear()
        _known[text] = needs
        if not (needs.refused or needs.calls or needs.failure):
            (WITH_FIELDS if needs.fields else NAMES_ONLY).add(text)
    return needs


def _examine(text: str) -> _Needs:
    try:
        fields = list(_fields_in(text))
    except ValueError as error:
        # `str.format` raises it as well, but fills in what precedes the error.
        refused = "._" in text or "()" in text or any(f"{{{n}" in text for n in _ADDED)
        reason = message_of(error)
        return _Needs(refused=reason if refused else "", fields=reason)
    needs = [_needs_of(*field) for field in fields]
    return _Needs(
        refused=next((each.refused for each in needs if each.refused), ""),
        calls=any(each.calls for each in needs),
        failure=any(each.failure for each in needs),
        fields=_ONLY_NAMES
        if len(needs) > MAX_NAMED_FIELDS or any(each.fields for each in needs)
        else "",
    )


def _fields_in(text: str, depth: int = 2) -> Iterator[tuple[str, str]]:
    """Yield the expression and the width of each field, also of those in widths.

    Raises `ValueError` if *text* is not a format.
    """
    if not depth:
        msg = "Max string recursion exceeded"
        raise ValueError(msg)
    for _literal, field, spec, _conversion in Formatter().parse(text):
        if field is not None:
            yield field, spec or ""
            if spec:
                yield from _fields_in(spec, depth - 1)


def _needs_of(field: str, spec: str) -> _Needs:
    """Return what one *field* with the width *spec* needs."""
    name = field.partition(".")[0].partition("[")[0]
    path = field[len(name) :]
    if "._" in path:
        return _Needs(refused=_UNDERSCORE)
    calls = "()" in field
    if name.removesuffix("()") in _ADDED:
        if name == _FAILURE and not spec:
            if path in _OF_A_FAILURE:
                return _Needs(failure=True)
            if path in _CALLS_OF_A_FAILURE:
                return _Needs(calls=True)
            if path.startswith((".value.", ".value[")):
                return _Needs(calls=calls, fields=_ONLY_NAMES, failure=True)
        if spec or field not in _ADDED:
            return _Needs(refused=f"{name} is only named: {{{name}}}")
    return _Needs(calls=calls, fields=_ONLY_NAMES if path or spec or calls else "")
