"""What is proposed for an association that carries instances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pynetdicom.pdu_primitives import SCP_SCU_RoleSelectionNegotiation
from pynetdicom.presentation import PresentationContext, build_context, build_role

from condyle.dicom.network.association import MOST_CONTEXTS

MR = "1.2.840.10008.5.1.4.1.1.4"
CLASSES = (
    MR,
    "1.2.840.10008.5.1.4.1.1.4.1",  # enhanced MR
    "1.2.840.10008.5.1.4.1.1.2",  # CT
    "1.2.840.10008.5.1.4.1.1.1",  # CR
    "1.2.840.10008.5.1.4.1.1.1.1",  # DX for presentation
    "1.2.840.10008.5.1.4.1.1.7",  # secondary capture
    "1.2.840.10008.5.1.4.1.1.66.4",  # segmentation
    "1.2.840.10008.5.1.4.1.1.88.34",  # comprehensive 3D SR
)
"""Classes that are proposed where a peer does not tell which ones it has."""

NATIVE = (
    "1.2.840.10008.1.2.1",  # explicit little endian
    "1.2.840.10008.1.2",  # implicit little endian
)
SYNTAXES = (
    *NATIVE,
    "1.2.840.10008.1.2.4.70",  # JPEG lossless, SV1
    "1.2.840.10008.1.2.4.57",  # JPEG lossless
    "1.2.840.10008.1.2.4.50",  # JPEG baseline
    "1.2.840.10008.1.2.4.51",  # JPEG extended
    "1.2.840.10008.1.2.4.80",  # JPEG-LS lossless
    "1.2.840.10008.1.2.4.81",  # JPEG-LS near lossless
    "1.2.840.10008.1.2.4.90",  # JPEG 2000 lossless
    "1.2.840.10008.1.2.4.91",  # JPEG 2000
    "1.2.840.10008.1.2.4.201",  # HTJ2K lossless
    "1.2.840.10008.1.2.4.203",  # HTJ2K
    "1.2.840.10008.1.2.5",  # RLE
    "1.2.840.10008.1.2.1.99",  # deflated
    "1.2.840.10008.1.2.2",  # explicit big endian
)
"""Transfer syntaxes in which instances are taken as they are stored (PS3.6 Annex A)."""

_AT_ONCE = (MOST_CONTEXTS - 1) // len(SYNTAXES)


def portions(classes: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Gives classes in portions whose contexts fit one association."""
    for start in range(0, len(classes), _AT_ONCE):
        yield tuple(classes[start : start + _AT_ONCE])


def taking(
    service: str, classes: Sequence[str]
) -> tuple[list[PresentationContext], list[SCP_SCU_RoleSelectionNegotiation]]:
    """Gives contexts and roles for being given instances by C-GET (PS3.4 C.4.3).

    Each transfer syntax has a context of its own: of several in one, the peer would choose
    one and turn every instance into it.

    Args:
        service: SOP class of the retrieval.
        classes: SOP classes of the instances, at most what ``portions`` gives.
    """
    contexts = [build_context(service, list(NATIVE))]
    contexts += [build_context(one, [syntax]) for one in classes for syntax in SYNTAXES]
    return contexts, [build_role(one, scp_role=True) for one in classes]


def giving(kinds: Sequence[tuple[str, str]]) -> list[list[Any]]:
    """Gives contexts, an association's at a time, for storing instances at a peer.

    Args:
        kinds: SOP class and transfer syntax of each kind of instance, each once.
    """
    wanted = []
    for class_uid, syntax in kinds:
        wanted.append(build_context(class_uid, [syntax]))
        if syntax in NATIVE:
            wanted.append(build_context(class_uid, [one for one in NATIVE if one != syntax]))
    unique = {(c.abstract_syntax, c.transfer_syntax[0]): c for c in wanted}
    ordered = list(unique.values())
    return [ordered[at : at + MOST_CONTEXTS] for at in range(0, len(ordered), MOST_CONTEXTS)]
