"""The one code table: structures, levels, findings, scales, and what is never assessed.

Codes are SNOMED CT (scheme ``SCT``) within the subset that DICOM lists in PS3.16, each with
the context group (CID) that holds it. Where DICOM lists none that fits, the code is private,
in the scheme ``99CONDYLE``: its value has at most 16 characters, as DICOM's Code Value
(0008,0100) wants, and its meaning never changes once released.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeVar

from condyle.domain.messages import Message
from condyle.errors import UnknownName

PRIVATE_SCHEME = "99CONDYLE"
"""Coding scheme designator of Condyle's own codes (DICOM PS3.16 section 8.2 reserves ``99``)."""

_CODE_VALUE, _CODE_MEANING = 16, 64  # characters of SH and LO (PS3.5 section 6.2)


@dataclass(frozen=True)
class Code:
    """A coded concept as DICOM writes it.

    Attributes:
        scheme: Coding scheme designator: ``"SCT"``, ``"DCM"``, ``"RADLEX"`` or the private one.
        value: Code value.
        meaning: Code meaning in English.
        context_group: Number of a DICOM context group (CID, PS3.16) that holds it, or
            ``None`` for a private code.
    """

    scheme: str
    value: str
    meaning: str
    context_group: int | None = None


@dataclass(frozen=True)
class Concept:
    """A named thing with its code.

    Attributes:
        name: Kebab-case name used everywhere in Condyle.
        code: Its code.
    """

    name: str
    code: Code


@dataclass(frozen=True)
class Level:
    """An intervertebral level.

    Attributes:
        name: Such as ``"L4-L5"``.
        disc: Code of the disc itself (CID 7604).
        above: Name of the vertebra above, such as ``"L4"``.
        below: Name of the vertebra or segment below, such as ``"L5"``.
    """

    name: str
    disc: Code
    above: str
    below: str


@dataclass(frozen=True)
class Scale:
    """An ordinal scale.

    Attributes:
        name: Such as ``"pfirrmann"``.
        code: Its code.
        grades: Each grade with its code, from least to most.
        source: Where the scale was published.
    """

    name: str
    code: Code
    grades: tuple[tuple[int, Code], ...]
    source: str


@dataclass(frozen=True)
class FindingConcept:
    """A finding that a bundle may report.

    Attributes:
        name: Such as ``"disc-herniation"``.
        code: Its code.
        kind: ``"grade"`` for an integer on ``scale``, ``"presence"`` for yes or no.
        structure: Name of the structure that it is about.
        scale: Name of the scale of a grade, else ``None``.
    """

    name: str
    code: Code
    kind: Literal["grade", "presence"]
    structure: str
    scale: str | None = None


def _private(value: str, meaning: str) -> Code:
    return Code(PRIVATE_SCHEME, value, meaning)


def _sct(value: str, meaning: str, context_group: int) -> Code:
    return Code("SCT", value, meaning, context_group)


T = TypeVar("T", Concept, Level, Scale, FindingConcept)


def _by_name(rows: Iterable[T]) -> Mapping[str, T]:
    return MappingProxyType({row.name: row for row in rows})


STRUCTURES: Mapping[str, Concept] = _by_name(
    (
        Concept("intervertebral-disc", _private("disc", "Intervertebral disc")),
        Concept("vertebra", _sct("51282000", "Vertebra", 7151)),
        Concept("spinal-canal", _sct("61853006", "Vertebral canal", 6115)),
        Concept("vertebral-endplate", _private("endplate", "Vertebral endplate")),
        Concept("sacrum", _sct("54735007", "Sacrum", 4)),
        Concept("lumbar-spine", _sct("122496007", "Lumbar spine", 4)),
        Concept("knee", _sct("72696002", "Knee", 4)),
        Concept("ankle", _sct("70258002", "Ankle joint", 4)),
    )
)
"""Structures by name. The canal's mask is the thecal sac, as its training data drew it; the
discs of one level have their own codes in ``LEVELS``, DICOM listing none for any disc."""

LABELS: Mapping[int, str] = MappingProxyType(
    {1: "intervertebral-disc", 2: "vertebra", 3: "spinal-canal"}
)
"""Structure of each value of a labelmap; 0 is background."""

VERTEBRAE: Mapping[str, Concept] = _by_name(
    (
        Concept("S2", _private("S2-segment", "Second sacral segment")),
        Concept("S1", _private("S1-segment", "First sacral segment")),
        Concept("L6", _private("L6-vertebra", "L6 vertebra")),
        Concept("L5", _sct("49668003", "L5 vertebra", 7603)),
        Concept("L4", _sct("11994002", "L4 vertebra", 7603)),
        Concept("L3", _sct("36470004", "L3 vertebra", 7603)),
        Concept("L2", _sct("14293000", "L2 vertebra", 7603)),
        Concept("L1", _sct("66794005", "L1 vertebra", 7603)),
        Concept("T12", _sct("23215003", "T12 vertebra", 7603)),
        Concept("T11", _sct("12989004", "T11 vertebra", 7603)),
        Concept("T10", _sct("7610001", "T10 vertebra", 7603)),
        Concept("T9", _sct("82687006", "T9 vertebra", 7603)),
    )
)
"""Vertebrae and sacral segments by name, caudal to cranial."""

LEVELS: Mapping[str, Level] = _by_name(
    (
        Level("S1-S2", _private("S1-S2-disc", "S1/S2 disc"), "S1", "S2"),
        Level("L6-S1", _private("L6-S1-disc", "L6/S1 disc"), "L6", "S1"),
        Level("L5-L6", _private("L5-L6-disc", "L5/L6 disc"), "L5", "L6"),
        Level("L5-S1", _sct("715056000", "L5/S1 disc", 7604), "L5", "S1"),
        Level("L4-L5", _sct("84020006", "L4/L5 disc", 7604), "L4", "L5"),
        Level("L3-L4", _sct("62551000", "L3/L4 disc", 7604), "L3", "L4"),
        Level("L2-L3", _sct("67459009", "L2/L3 disc", 7604), "L2", "L3"),
        Level("L1-L2", _sct("80064006", "L1/L2 disc", 7604), "L1", "L2"),
        Level("T12-L1", _sct("76206002", "T12/L1 disc", 7604), "T12", "L1"),
        Level("T11-T12", _sct("1537001", "T11/T12 disc", 7604), "T11", "T12"),
        Level("T10-T11", _sct("34959001", "T10/T11 disc", 7604), "T10", "T11"),
        Level("T9-T10", _sct("113209001", "T9/T10 disc", 7604), "T9", "T10"),
    )
)
"""Levels by name, caudal to cranial; the first three exist with a transitional vertebra only."""

USUAL_LEVELS: tuple[str, ...] = tuple(LEVELS)[3:]
"""Levels of a spine with five lumbar vertebrae, from L5-S1 up to T9-T10."""

SCALES: Mapping[str, Scale] = _by_name(
    (
        Scale(
            "pfirrmann",
            _private("pfirrmann", "Pfirrmann classification of disc degeneration"),
            tuple((g, _private(f"pfirrmann-{g}", f"Pfirrmann grade {g}")) for g in range(1, 6)),
            "Pfirrmann et al., Spine 26:1873 (2001), doi 10.1097/00007632-200109010-00011",
        ),
    )
)
"""Ordinal scales by name."""


def _presence(name: str, value: str, meaning: str, structure: str) -> FindingConcept:
    return FindingConcept(name, _private(value, meaning), "presence", structure)


FINDINGS: Mapping[str, FindingConcept] = _by_name(
    (
        FindingConcept(
            "pfirrmann-grade",
            _private("pfirrmann-grade", "Pfirrmann grade"),
            "grade",
            "intervertebral-disc",
            "pfirrmann",
        ),
        _presence(
            "disc-herniation",
            "disc-herniation",
            "Disc herniation visible on midsagittal slices",
            "intervertebral-disc",
        ),
        _presence("disc-narrowing", "disc-narrowing", "Disc narrowing", "intervertebral-disc"),
        _presence(
            "disc-bulging", "disc-bulging", "Posterior disc contour bulge", "intervertebral-disc"
        ),
        _presence("spondylolisthesis", "listhesis", "Spondylolisthesis", "vertebra"),
        _presence(
            "modic-change",
            "modic-change",
            "Modic change, type not determined",
            "vertebral-endplate",
        ),
        _presence(
            "endplate-change-above",
            "endplate-above",
            "Endplate change of the vertebra above the disc",
            "vertebral-endplate",
        ),
        _presence(
            "endplate-change-below",
            "endplate-below",
            "Endplate change of the vertebra below the disc",
            "vertebral-endplate",
        ),
    )
)
"""Findings by name, in the order in which reports print them."""

NOT_ASSESSED: Mapping[str, Concept] = _by_name(
    (
        Concept("foramina", _private("foramina", "Intervertebral foramina")),
        Concept("lateral-recess", _private("lateral-recess", "Lateral recess")),
        Concept("facets", _private("facets", "Facet joints")),
        Concept("nerve-roots", _private("nerve-roots", "Nerve roots")),
        Concept("conus", _private("conus", "Conus medullaris")),
        Concept("pars", _private("pars", "Pars interarticularis")),
        Concept("marrow-lesion", _private("marrow-lesion", "Bone marrow lesion")),
        Concept("fracture", _private("fracture", "Fracture")),
        Concept("infection", _private("infection", "Infection")),
        Concept("tumour", _sct("108369006", "Tumor", 8134)),
        Concept("soft-tissue", _sct("87784001", "Soft tissue", 8134)),
        Concept("sacroiliac-joints", _sct("39723000", "Sacroiliac joint", 4)),
    )
)
"""What no lumbar bundle looks at, so that a report can say so."""

MEASUREMENTS: Mapping[str, Concept] = _by_name(
    (
        Concept("disc-height-anterior", _private("disc-height-ant", "Anterior disc height")),
        Concept("disc-height-middle", _private("disc-height-mid", "Middle disc height")),
        Concept("disc-height-posterior", _private("disc-height-post", "Posterior disc height")),
        Concept("disc-height-index", _private("disc-height-idx", "Disc height index")),
        Concept("vertebral-slip", _private("slip", "Slip of the vertebra above the disc")),
        Concept("vertebral-slip-percent", _private("slip-percent", "Slip in per cent of endplate")),
        Concept("thecal-sac-disc", _private("sac-disc", "Thecal sac diameter at the disc")),
        Concept("thecal-sac-body", _private("sac-body", "Thecal sac diameter at the body above")),
        Concept("thecal-sac-ratio", _private("sac-ratio", "Thecal sac diameter, disc over body")),
    )
)
"""Measurements by name."""

ANSWERS: Mapping[str, Concept] = _by_name(
    (
        Concept("present", _sct("52101004", "Present", 240)),
        Concept("absent", _sct("272519000", "Absent", 240)),
        Concept("not-decided", _private("not-decided", "Not decided by the model")),
        Concept("accepted", _private("accepted", "Accepted by a clinician")),
        Concept("changed", _private("changed", "Changed by a clinician")),
        Concept("added", _private("added", "Added by a clinician")),
        Concept("open", _private("unchecked", "Not checked by a clinician")),
    )
)
"""What is answered of a finding, and what a reader said of it."""

STATEMENTS: Mapping[str, Concept] = _by_name(
    (
        Concept("research-use", _private("research-use", "Research use")),
        Concept("not-assessed", _private("not-assessed", "Not assessed")),
        Concept("intended-use", _private("intended-use", "Intended use")),
        Concept("exclusion", _private("exclusion", "Not intended for")),
        Concept("simulated", _private("simulated", "Simulated")),
        Concept("warning", _private("warning", "Warning")),
        Concept("assumption", _private("assumption", "Assumption")),
        Concept("left-out", _private("left-out", "Left out")),
        Concept("review", _private("review", "Review by a clinician")),
        Concept("abstention", _private("abstention", "Reason that nothing was decided")),
        Concept("signed-text", _private("signed-text", "Text of the signed report")),
    )
)
"""What an exported object says in words beside its findings."""

CATEGORIES: Mapping[str, Concept] = _by_name(
    (
        Concept("anatomy", _sct("91723000", "Anatomical Structure", 7150)),
        Concept("lesion", _sct("49755003", "Morphologically Abnormal Structure", 7150)),
    )
)
"""What kind of thing a mask is of."""

CERTAINTY = Code("DCM", "111012", "Certainty of Finding", 6048)
"""Probability of a finding, in per cent."""

_EVERYWHERE = ("marrow-lesion", "fracture", "infection", "tumour", "soft-tissue")

UNSEEN: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = MappingProxyType(
    {
        "knee": (
            ("anterior-cruciate-ligament", ("acl", "anterior-cruciate")),
            ("posterior-cruciate-ligament", ("pcl", "posterior-cruciate")),
            ("menisci", ("menisc",)),
            ("cartilage", ("cartilage", "chondr")),
            ("collateral-ligaments", ("collateral", "mcl", "lcl")),
            ("extensor-mechanism", ("patellar-tendon", "quadriceps", "extensor")),
            ("effusion", ("effusion",)),
            ("popliteal-fossa", ("popliteal", "baker")),
        ),
        "ankle": (
            ("talar-dome", ("olt", "osteochondral", "talus", "talar")),
            ("ankle-ligaments", ("ligament", "atfl", "syndesmo")),
            ("ankle-tendons", ("tendon", "achilles", "peroneal")),
            ("subtalar-joint", ("subtalar",)),
            ("effusion", ("effusion",)),
        ),
    }
)
"""Anatomy to what lies there, each with the words of a finding's name that look at it."""


def finding_named(name: str) -> FindingConcept:
    """Gives a row of the findings table.

    Args:
        name: Such as ``"disc-bulging"``.

    Raises:
        UnknownName: No such finding; the message lists those that exist.
    """
    return _row("finding", name, FINDINGS)


def level_named(name: str) -> Level:
    """Gives a row of the levels table.

    Args:
        name: Such as ``"L4-L5"``.

    Raises:
        UnknownName: No such level; the message lists those that exist.
    """
    return _row("level", name, LEVELS)


def structure_named(name: str) -> Concept:
    """Gives a row of the structures table.

    Args:
        name: Such as ``"vertebra"``.

    Raises:
        UnknownName: No such structure; the message lists those that exist.
    """
    return _row("structure", name, STRUCTURES)


def site_code(structure: str, level: str | None) -> Code | None:
    """Gives the code of a site: the disc of its level, the structure where no level is named.

    Args:
        structure: A name of the structures table.
        level: A name of the levels table, or ``None``.

    Returns:
        The code, or ``None`` where either name is in no table.
    """
    if level is not None and structure == "intervertebral-disc":
        return LEVELS[level].disc if level in LEVELS else None
    return STRUCTURES[structure].code if structure in STRUCTURES else None


def code_named(name: str) -> Code:
    """Gives the code of a finding, structure or measurement, and of others a private one.

    A bundle may name what no table has. The private value is the name itself where it fits the
    16 characters of Code Value, else its beginning and a part of its SHA-256.

    Args:
        name: Such as ``"disc-bulging"`` or ``"osteochondral-lesion-of-the-talus"``.
    """
    if name in FINDINGS:
        return FINDINGS[name].code
    for table in (STRUCTURES, MEASUREMENTS):
        if name in table:
            return table[name].code
    digest = hashlib.sha256(name.encode()).hexdigest()
    value = name if len(name) <= _CODE_VALUE else f"{name[:9]}-{digest[:6]}"
    return _private(value, name.replace("-", " ").replace("_", " ")[:_CODE_MEANING])


def levels_from_caudal(count: int, sacrum_in_view: bool) -> tuple[str | None, ...]:
    """Names the discs in view from the most caudal up, taking five lumbar vertebrae for granted.

    Args:
        count: Number of discs in view, 0 or more.
        sacrum_in_view: Whether the sacrum shows below the most caudal disc.

    Returns:
        One name a disc, caudal to cranial; ``None`` for every disc where the sacrum is out
        of view, and for discs above T9-T10.

    Raises:
        ValueError: ``count`` is negative.
    """
    if count < 0:
        raise ValueError(f"a number of discs is 0 or more, this one is {count}")
    if not sacrum_in_view:
        return (None,) * count
    missing = max(0, count - len(USUAL_LEVELS))
    return USUAL_LEVELS[:count] + (None,) * missing


def not_assessed(
    anatomy: str = "lumbar-spine", told: Collection[str] | None = None
) -> tuple[Message, ...]:
    """Gives a message for each thing that nobody looked at, in the order of the tables.

    Args:
        anatomy: What the images show; of one that no table has, only what every part of the
            body has is listed.
        told: Names of what a bundle gives; what they look at is left out, and a last message
            says that nothing else was. ``None`` for the lumbar bundles, which the table fits.
    """
    if told is None:
        names = list(NOT_ASSESSED)
    elif anatomy == "lumbar-spine":
        names = [*NOT_ASSESSED, "anything-else"]
    else:
        names = [
            name
            for name, words in UNSEEN.get(anatomy, ())
            if not any(word in one for one in told for word in words)
        ]
        names += [*_EVERYWHERE, "anything-else"]
    return tuple(Message(f"not-assessed-{name}") for name in names)


def _row(kind: str, name: str, table: Mapping[str, T]) -> T:
    if name not in table:
        raise UnknownName(kind, name, table)
    return table[name]
