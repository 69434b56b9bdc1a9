"""What a DIMSE status says (PS3.7 Annex C; PS3.4 B.2.3, C.4.1.1.4, C.4.2.1.5, C.4.3.1.4)."""

from __future__ import annotations

from condyle.errors import PeerError

SUCCESS = 0x0000
CANCELLED = 0xFE00
PENDING = (0xFF00, 0xFF01)

_SAID: dict[int, tuple[str, str]] = {
    0x0105: ("an attribute that it does not know", "ask for less"),
    0x0106: ("a value that it takes for wrong", "check the identifiers that were given"),
    0x0107: ("a list of attributes with a fault", "ask for less"),
    0x0110: ("a failure of its own while it worked", "look at its log, then try again"),
    0x0111: ("an instance that it holds already", "nothing: it is there"),
    0x0112: ("no such instance", "search again: it may have been deleted"),
    0x0113: ("no such event", "look at its conformance statement"),
    0x0114: ("no such argument", "look at its conformance statement"),
    0x0115: ("a value out of its range", "check the identifiers that were given"),
    0x0116: ("a value out of its range, which it changed", "nothing, if the change is right"),
    0x0117: ("an instance whose UID it takes for wrong", "check the file"),
    0x0118: ("no such SOP class", "look at which classes it takes"),
    0x0119: ("two SOP classes that contradict each other", "check the file"),
    0x0120: ("a missing attribute", "check the file"),
    0x0121: ("a missing value", "check the file"),
    0x0122: ("a SOP class that it does not support", "have its administrator allow the class"),
    0x0123: ("no such action", "look at its conformance statement"),
    0x0124: ("that we may not do this", "have its administrator allow our AE title"),
    0x0210: ("a message number twice", "try again"),
    0x0211: ("an operation that it does not know", "look at its conformance statement"),
    0x0212: ("an argument of a wrong type", "look at its conformance statement"),
    0x0213: ("that it is out of resources", "try again later"),
    0xA701: ("that it cannot count what matches", "ask for less at once"),
    0xA702: ("that it cannot send what matches", "ask for less at once, or try again later"),
    0xA801: (
        "that it does not know the AE title to which it was to send",
        "have its administrator enter that AE title, host and port",
    ),
    0xA900: ("a data set that does not fit its SOP class", "check what was asked for or sent"),
    0xB000: ("that some of it failed, or that it changed values", "look at its log"),
    0xB006: ("elements that it left out", "look at its log"),
    0xB007: ("a data set that does not fit its SOP class, which it kept", "look at its log"),
    CANCELLED: ("that it was told to stop", "ask again"),
}
_RANGES: tuple[tuple[int, int, tuple[str, str]], ...] = (
    (0xA700, 0xA7FF, ("that it is out of resources", "free some of its disk, or try later")),
    (
        0xAA00,
        0xAAFF,
        ("no such frames, or none of what it holds as frames", "ask for whole instances"),
    ),
    (0xA900, 0xA9FF, ("a data set that does not fit its SOP class", "check the file")),
    (0xC000, 0xCFFF, ("that it cannot process it", "look at its log for the reason")),
    (0xB000, 0xBFFF, ("a warning", "look at its log")),
)
_ELSE = ("a status that the standard does not list", "look at its conformance statement")


def is_warning(code: int) -> bool:
    """Tells whether it was done, with a remark."""
    return code in (0x0001, 0x0107, 0x0116) or 0xB000 <= code <= 0xBFFF


def is_done(code: int) -> bool:
    """Tells whether what was asked for was done, with or without a remark."""
    return code == SUCCESS or is_warning(code)


def may_pass(code: int) -> bool:
    """Tells whether the same may work later, as where the peer's disk is full."""
    return 0xA700 <= code <= 0xA7FF or code in (0x0110, 0x0213)


def words_of(code: int) -> tuple[str, str]:
    """Gives what a status says and what to do, for any number of 16 bits."""
    if code in _SAID:
        return _SAID[code]
    for first, last, words in _RANGES:
        if first <= code <= last:
            return words
    return _ELSE


def status_error(code: int, *, failed: str, peer: str, remark: str = "") -> PeerError:
    """Gives the error for an answer that is none of success.

    Args:
        code: Of the answer.
        failed: What could not be done.
        peer: What the other system is called here.
        remark: Its Error Comment (0000,0902); told only where it cannot hold an identity.
    """
    said, mend = words_of(code)
    told = f" ({remark})" if remark else ""
    return PeerError(
        failed,
        found=f"'{peer}' answered {said}, status 0x{code:04X}{told}",
        needed="status 0x0000, success",
        mend=f"{mend}.",
    )
