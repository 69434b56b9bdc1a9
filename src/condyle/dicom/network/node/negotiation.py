"""Agreeing on an association: who calls, and which classes and syntaxes (DICOM PS3.8 9.3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydicom.uid import UID
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    ImplementationClassUIDNotification,
    MaximumLengthNotification,
)
from pynetdicom.presentation import PresentationContext

from condyle.dicom.network.node.accepted import STORAGE_CLASSES, TRANSFER_SYNTAXES, VERIFICATION
from condyle.dicom.network.node.receiving import IMPLEMENTATION
from condyle.dicom.network.node.stream import MOST_PDU, REQUEST, PeerWrong
from condyle.dicom.values import BROKEN

_TAKEN = frozenset((*STORAGE_CLASSES, VERIFICATION))
_ACCEPTED, _NO_CLASS, _NO_SYNTAX = 0, 3, 4


@dataclass(frozen=True)
class Context:
    """An accepted presentation context: what is sent under its number, and how."""

    class_uid: str
    syntax: str


@dataclass(frozen=True)
class Asked:
    """A request for an association.

    Attributes:
        calling: AE title of who calls.
        called: AE title that is called.
        request: As pynetdicom has it.
    """

    calling: str
    called: str
    request: A_ASSOCIATE


def read_request(payload: bytes) -> Asked:
    """Reads an A-ASSOCIATE-RQ without its head.

    Raises:
        PeerWrong: It is none.
    """
    pdu = A_ASSOCIATE_RQ()
    try:
        pdu.decode(bytes([REQUEST, 0]) + len(payload).to_bytes(4, "big") + payload)
        request = pdu.to_primitive()
        return Asked(
            str(request.calling_ae_title or "").strip(),
            str(request.called_ae_title or "").strip(),
            request,
        )
    except BROKEN:
        raise PeerWrong("a request for an association that cannot be read") from None


def agree(asked: Asked) -> tuple[Mapping[int, Context], bytes]:
    """Accepts what is known of a request.

    Of several transfer syntaxes for one class the first that the peer names is taken, which is
    the one it holds the object in.

    Returns:
        The accepted contexts by their numbers, and the A-ASSOCIATE-AC.

    Raises:
        PeerWrong: The request has no application of DICOM, or contexts that are none.
    """
    try:
        answers = [_answered(one) for one in asked.request.presentation_context_definition_list]
        accepted = {
            int(one.context_id or 0): Context(str(one.abstract_syntax), str(one.transfer_syntax[0]))
            for one in answers
            if one.result == _ACCEPTED
        }
        return accepted, _encoded(asked.request, answers)
    except BROKEN:
        raise PeerWrong("a request for an association that cannot be answered") from None


def _answered(proposed: PresentationContext) -> PresentationContext:
    answer = PresentationContext()
    answer.context_id = proposed.context_id
    answer.abstract_syntax = proposed.abstract_syntax
    known = [one for one in proposed.transfer_syntax if str(one) in TRANSFER_SYNTAXES]
    answer.transfer_syntax = [known[0] if known else proposed.transfer_syntax[0]]
    if str(proposed.abstract_syntax) not in _TAKEN:
        answer.result = _NO_CLASS
    else:
        answer.result = _ACCEPTED if known else _NO_SYNTAX
    return answer


def _encoded(request: A_ASSOCIATE, answers: list[PresentationContext]) -> bytes:
    most = MaximumLengthNotification()
    most.maximum_length_received = MOST_PDU
    implementation = ImplementationClassUIDNotification()
    implementation.implementation_class_uid = UID(IMPLEMENTATION)
    accept = A_ASSOCIATE()
    accept.application_context_name = request.application_context_name
    accept.calling_ae_title = request.calling_ae_title
    accept.called_ae_title = request.called_ae_title
    accept.result, accept.result_source = 0, 1
    accept.presentation_context_definition_results_list = answers
    accept.user_information = [most, implementation]
    return A_ASSOCIATE_AC(accept).encode()
