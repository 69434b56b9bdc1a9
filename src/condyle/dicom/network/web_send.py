"""STOW-RS at another system (PS3.18 10.5)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import requests

from condyle.dicom.network.outgoing import Outgoing, Sent, Tell
from condyle.dicom.network.peer import WebPeer
from condyle.dicom.network.status import may_pass, words_of
from condyle.dicom.network.web_session import check, web_session

_BATCH = 100
_BATCH_BYTES = 32 << 20
_REFERENCED, _FAILED = "00081199", "00081198"
_INSTANCE, _REASON, _WARNING = "00081155", "00081197", "00081196"
_SOME_STORED = (200, 202, 409)


def send_instances(peer: WebPeer, files: Sequence[Outgoing], tell: Tell) -> None:
    """Stores instances at a peer, some of them in one call.

    Args:
        peer: Where to.
        files: What.
        tell: Told what became of each.

    Raises:
        PeerUnreachable: The peer does not answer; what ``tell`` was told stands.
        PeerError: It refuses the call as a whole.
    """
    with web_session(peer, f"Not everything was sent to '{peer.name}'.") as session:
        for some in _batches(files):
            answer = _post(session, peer, some)
            for one in _outcomes(some, answer):
                tell(one)


def _post(session: requests.Session, peer: WebPeer, some: Sequence[Outgoing]) -> Any:
    boundary = secrets.token_hex(16)
    body = bytearray()
    for one in some:
        # Without its transfer syntax, which the file says: Orthanc passes over a part that has it.
        body += f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        body += one.path.read_bytes()
        body += b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    headers = {
        "Accept": "application/dicom+json",
        "Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}',
    }
    url = f"{peer.url}/studies"
    timeout = (10.0, max(peer.timeout_s, len(body) / 1e5))
    answer = session.post(url, data=bytes(body), headers=headers, timeout=timeout)
    if answer.status_code not in _SOME_STORED:
        check(answer)
    return answer.json() if answer.content else {}


def _outcomes(some: Sequence[Outgoing], answer: Mapping[str, Any]) -> Iterator[Sent]:
    stored = {_uid(item): item for item in _items(answer, _REFERENCED)}
    failed = {_uid(item): item for item in _items(answer, _FAILED)}
    for one in some:
        if one.uid in stored:
            warning = _code(stored[one.uid], _WARNING)
            yield Sent(one.uid, "stored", words_of(warning)[0] if warning else "")
        else:
            code = _code(failed.get(one.uid, {}), _REASON)
            said, mend = words_of(code) if code else ("nothing of it", "look at its log")
            told = f"{said}, reason 0x{code:04X}" if code else said
            yield Sent(one.uid, "later" if may_pass(code) else "refused", told, mend)


def _items(answer: Mapping[str, Any], tag: str) -> list[Mapping[str, Any]]:
    entry = answer.get(tag) if isinstance(answer, Mapping) else None
    values = entry.get("Value") if isinstance(entry, Mapping) else None
    return [item for item in values if isinstance(item, Mapping)] if values else []


def _uid(item: Mapping[str, Any]) -> str:
    return str(next(iter(item.get(_INSTANCE, {}).get("Value", ())), ""))


def _code(item: Mapping[str, Any], tag: str) -> int:
    value = next(iter(item.get(tag, {}).get("Value", ())), 0)
    return value if isinstance(value, int) else 0


def _batches(files: Sequence[Outgoing]) -> Iterator[list[Outgoing]]:
    some: list[Outgoing] = []
    size = 0
    for one in files:
        length = one.path.stat().st_size
        if some and (len(some) >= _BATCH or size + length > _BATCH_BYTES):
            yield some
            some, size = [], 0
        some.append(one)
        size += length
    if some:
        yield some
