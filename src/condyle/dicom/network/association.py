"""Associations with another system (PS3.8), and what it means where none comes about."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.presentation import PresentationContext

from condyle.dicom.network.peer import DimsePeer, Tls
from condyle.errors import BadConfiguration, PeerError, PeerUnreachable

MOST_CONTEXTS = 128
"""Presentation contexts of one association: their ids are the odd numbers of a byte."""

_PDU_BYTES = 1 << 17
_CONNECT_S = 10.0
Handler = tuple[Any, Callable[..., Any]]


@contextmanager
def associated(
    peer: DimsePeer,
    contexts: Sequence[PresentationContext],
    *,
    failed: str,
    handlers: Sequence[Handler] = (),
    roles: Sequence[Any] = (),
) -> Iterator[Association]:
    """Gives an association; it is released at the end, and aborted where something broke.

    Args:
        peer: With whom.
        contexts: What is proposed; at most ``MOST_CONTEXTS``.
        failed: What cannot be done without it, to begin errors with.
        handlers: Of pynetdicom's events.
        roles: SCP/SCU role selections.

    Raises:
        PeerUnreachable: Nobody answers at its address, or not in time.
        PeerError: It refuses the association or every context.
    """
    node = AE(ae_title=peer.calling)
    node.acse_timeout = node.dimse_timeout = peer.timeout_s
    node.network_timeout = 2 * peer.timeout_s
    node.connection_timeout = min(_CONNECT_S, peer.timeout_s)
    node.maximum_pdu_size = _PDU_BYTES
    secured = None if peer.tls is None else (_tls(peer.tls), peer.host)
    association = node.associate(
        peer.host,
        peer.port,
        contexts=list(contexts),
        ae_title=peer.title,
        max_pdu=_PDU_BYTES,
        ext_neg=list(roles),
        evt_handlers=[(evt.EVT_CONN_OPEN, _without_delay), *handlers],
        tls_args=secured,
    )
    if not association.is_established:
        raise _not_established(peer, association, failed)
    try:
        yield association
    except BaseException:
        with contextlib.suppress(OSError, RuntimeError):
            association.abort()
        raise
    if association.is_established:
        association.release()


def lost(peer: DimsePeer, failed: str) -> PeerUnreachable:
    """Gives the error for an association that ended before the answer came."""
    return PeerUnreachable(
        failed,
        found=f"'{peer.name}' ended the association, or said nothing for {peer.timeout_s:.0f} s",
        needed="an answer",
        mend="try again; what was done is not done twice.",
    )


def _without_delay(event: Any) -> None:
    """Sends small messages at once: else each waits for the delayed acknowledgement before it."""
    connection = event.assoc.dul.socket
    if connection is not None and connection.socket is not None:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _tls(tls: Tls) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=None if tls.ca is None else str(tls.ca))
        if tls.certificate is not None:
            context.load_cert_chain(tls.certificate, tls.key)
    except (OSError, ssl.SSLError) as error:
        raise BadConfiguration(
            "The connection cannot be kept secret.",
            found=f"a certificate or key that cannot be used: {type(error).__name__}",
            needed="files in PEM, the key without a password",
            mend="correct 'tls' of the peer.",
        ) from error
    return context


def _not_established(peer: DimsePeer, association: Association, failed: str) -> PeerError:
    where = f"{peer.host}:{peer.port}"
    if association.is_rejected:
        answer = association.acceptor.primitive
        reason = "no reason" if answer is None else answer.reason_str
        return PeerError(
            failed,
            found=f"'{peer.name}' rejected the association: {reason}",
            needed=f"a system that is called '{peer.title}' and knows us as '{peer.calling}'",
            mend="compare both AE titles with what its administrator entered.",
        )
    if association.acceptor.primitive is not None and not association.accepted_contexts:
        return PeerError(
            failed,
            found=f"'{peer.name}' takes nothing of what was proposed",
            needed="a service, class and transfer syntax that both know",
            mend="look at its conformance statement.",
        )
    return PeerUnreachable(
        failed,
        found=f"nobody who answers at {where}, or not as DICOM{_secured(peer)} does",
        needed=f"'{peer.name}' running and reachable",
        mend="check host, port and firewall, then try again.",
    )


def _secured(peer: DimsePeer) -> str:
    return " over TLS" if peer.tls is not None else ""
