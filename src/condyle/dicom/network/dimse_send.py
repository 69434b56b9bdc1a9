"""Storing instances at another system by C-STORE, their bytes as they are (PS3.4 Annex B)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydicom import dcmread
from pynetdicom import _config
from pynetdicom.association import Association

from condyle.dicom.header import without_remarks
from condyle.dicom.network.association import associated, lost
from condyle.dicom.network.contexts import NATIVE, giving
from condyle.dicom.network.outgoing import Outgoing, Sent, Tell
from condyle.dicom.network.peer import DimsePeer
from condyle.dicom.network.status import SUCCESS, is_done, may_pass, words_of

_NO_CONTEXT = "its SOP class in its transfer syntax was not accepted"


def send_instances(peer: DimsePeer, files: Sequence[Outgoing], tell: Tell) -> None:
    """Stores instances at a peer, one after the other.

    Args:
        peer: Where to.
        files: What.
        tell: Told what became of each.

    Raises:
        PeerUnreachable: The peer does not answer, or stopped to; what ``tell`` was told stands.
        PeerError: It refuses the association.
    """
    failed = f"Not everything was sent to '{peer.name}'."
    kinds = sorted({(one.class_uid, one.syntax) for one in files})
    for contexts in giving(kinds):
        own = {(c.abstract_syntax, c.transfer_syntax[0]) for c in contexts}
        some = [one for one in files if (one.class_uid, one.syntax) in own]
        with associated(peer, contexts, failed=failed) as association:
            accepted = {
                (str(c.abstract_syntax), str(c.transfer_syntax[0]))
                for c in association.accepted_contexts
            }
            for one in some:
                answer = _store(association, one, accepted)
                if answer is None:
                    tell(Sent(one.uid, "refused", _NO_CONTEXT, "have its administrator allow it"))
                elif "Status" not in answer:
                    raise lost(peer, failed)
                else:
                    tell(_sent(one.uid, int(answer.Status)))


def _store(association: Association, one: Outgoing, accepted: set[tuple[str, str]]) -> Any:
    """Sends a file as it is; where that is not accepted, one of pixels as such in the other."""
    # Of pynetdicom's own: a path is then sent piece by piece, and its data set not touched.
    _config.STORE_SEND_CHUNKED_DATASET = True
    if (one.class_uid, one.syntax) in accepted:
        return association.send_c_store(one.path)
    other = [s for s in NATIVE if s != one.syntax and (one.class_uid, s) in accepted]
    if one.syntax not in NATIVE or not other:
        return None
    with without_remarks():
        dataset = dcmread(one.path)
        return association.send_c_store(dataset)


def _sent(uid: str, code: int) -> Sent:
    if code == SUCCESS:
        return Sent(uid, "stored")
    said, mend = words_of(code)
    told = f"{said}, status 0x{code:04X}"
    if is_done(code) or code == 0x0111:
        return Sent(uid, "stored", told)
    return Sent(uid, "later" if may_pass(code) else "refused", told, mend)
