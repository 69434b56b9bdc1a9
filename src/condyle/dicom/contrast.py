"""What a sequence shows bright, read from its timing: weighting, fat, contrast agent.

Thresholds are in milliseconds and stand on:

* Bitar et al. 2006, RadioGraphics 26:513, doi 10.1148/rg.262055063 (spin-echo T1: short
  TR and TE; proton density: long TR, short TE; T2: long TR and TE);
* Delfaut et al. 1999, RadioGraphics 19:373, doi 10.1148/radiographics.19.2.g99mr03373
  (fat is nulled by an inversion time of 0.69 of its T1);
* DICOM PS3.3 C.8.3.1 and C.8.13 for the terms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from condyle.domain.study import Attribute, Weighting

LONGEST_T1_TR_MS = 1000.0
LONGEST_T1_TR_3T_MS = 1200.0
LONGEST_T1_TE_MS = 30.0
LEAST_T2_TE_MS = 60.0
LEAST_T2_TR_MS = 900.0
"""Three-dimensional spin echoes with a restore pulse are T2-weighted from here."""
LONGEST_T2_TE_MS = 400.0
"""By then marrow (T2 101 ms, AJNR 39:788, PMC7410772) has lost 98 % of its signal: what is
left is fluid, as in a myelogram, and no T2-weighted image of the spine."""
LEAST_PD_TR_MS = 1500.0
STIR_TI_MS = (80.0, 300.0)
"""Inversion times that null fat from 0.5 T (110 ms) to 3 T (260 ms)."""
T1_FLAIR_TI_MS = (300.0, 1300.0)
"""Inversion times that null fluid at the short TR of a T1-weighted inversion recovery."""

_THREE_D = re.compile(r"(?<![a-z])(space|spc\w*|cube|vista|mvox|isofse|3d tse)(?![a-z])")
_FAT = re.compile(
    r"(?<![a-z])"
    r"(stir|tirm|(?:pd|dp|w)?fs|fat ?sat\w*|fatsat|spair|spir|fat ?sup\w*|water|we|m?dixon w)"
    r"(?![a-z])"
)
_AGENT = re.compile(
    r"\+ ?c(?![a-z])|\bc\+|\+ ?g(?:ad|d)\w*|(?<![a-z])(?:gd|gad\w*|km|post ?c\w*|post ?gd|"
    r"post ?gad\w*|post(?![ -]*op)|ce|contrast\w*|kontrast\w*|contraste|contrasted)(?![a-z])"
)
_NO_AGENT = re.compile(
    r"(?<![a-z])(?:w/?o|without|non|no|pre|sin|ohne|sans|nativ\w*)[ -]*"
    r"(?:iv )?(?:c\b|gd|gad\w*|km|con\w*|kontrast\w*|contraste)"
)
_NO_AGENT_STATED = {
    *("NO", "NONE", "N", "0", "NO CONTRAST", "OHNE", "SIN", "N/A", "NA", "NIL", "-", "FALSE"),
    *("WITHOUT", "W/O", "KEIN", "KEINE", "KEINES", "AUCUN", "NINGUNO", "NESSUNO", "NOT GIVEN"),
}
_NAMED: tuple[tuple[re.Pattern[str], Weighting], ...] = (
    (re.compile(r"(?<![a-z])(stir|tirm)(?![a-z])"), "stir"),
    (re.compile(r"(?<![a-z])t1(?!\d|rho| ?map)"), "t1"),
    (re.compile(r"(?<![a-z])t2(?!\d|\*| ?star| ?map)"), "t2"),
    (re.compile(r"(?<![a-z])(pd|dp|proton|intermediate)(?=fs|(?![a-z]{2}))"), "pd"),
)
_ENHANCED: dict[str, Weighting] = {
    "T1": "t1",
    "T2": "t2",
    "PROTON_DENSITY": "pd",
    "STIR": "stir",
}
_OPPOSED = {"FAT", "F", "OUT_PHASE", "OPP_PHASE", "OP", "OUT", "FF", "FAT_FRACTION"}
_MAPS = {"T1 MAP", "T2 MAP", "T2_STAR MAP", "ADC", "P", "PHASE MAP", "VELOCITY MAP", "SUBTRACTION"}


@dataclass(frozen=True)
class SequenceFacts:
    """What a header states of a pulse sequence; words are upper case, times in ms.

    Attributes:
        pulse: ``"SE"``, ``"GR"``, ``"EP"`` or empty where nothing tells.
        inversion: Whether an inversion pulse comes first.
        three_d: Whether it is acquired as a volume.
        repetition_ms: Repetition time.
        echo_ms: Echo time, effective where there is an echo train.
        inversion_ms: Inversion time.
        field_t: Field strength in tesla.
        acquisition_contrast: Acquisition Contrast of an enhanced instance.
        options: Scan Options.
        fat_option: Spectrally Selected Suppression of an enhanced instance.
        image_type: Image Type or Frame Type.
        agent: Contrast/Bolus Agent, empty where none is stated.
        words: Series description, protocol and sequence names, lower case.
    """

    pulse: str = ""
    inversion: bool = False
    three_d: bool = False
    repetition_ms: float | None = None
    echo_ms: float | None = None
    inversion_ms: float | None = None
    field_t: float | None = None
    acquisition_contrast: str = ""
    options: tuple[str, ...] = ()
    fat_option: str = ""
    image_type: tuple[str, ...] = ()
    agent: str = ""
    words: str = ""


@dataclass(frozen=True)
class Contrast:
    """What a series shows bright; nothing here is estimated from pixels.

    Attributes:
        weighting: ``"unknown"`` where the header tells of another kind of contrast,
            ``None`` where it tells nothing.
        fat_suppressed: ``None`` where the header tells nothing.
        contrast_agent: ``None`` where the header tells nothing.
        named: Weighting that the description names, where it differs from the timing's.
    """

    weighting: Attribute[Weighting]
    fat_suppressed: Attribute[bool]
    contrast_agent: Attribute[bool]
    named: Weighting | None = None


def weighting_of(facts: SequenceFacts) -> Contrast:
    """Tells weighting, fat suppression and contrast agent from what a header states.

    Timing is believed before words; words speak where timing is absent.
    """
    named = _named(facts)
    timed = _timed(facts)
    value = timed if timed is not None else named
    if value == "t2" and (_is_three_d(facts)):
        value = "t2-space"
    said: Weighting | None = None
    if timed not in (None, "unknown") and named not in (None, timed) and named != "stir":
        said = named
    return Contrast(Attribute(value), _fat(facts, value), _agent(facts), said)


def _is_three_d(facts: SequenceFacts) -> bool:
    return facts.three_d or _THREE_D.search(facts.words) is not None


def _named(facts: SequenceFacts) -> Weighting | None:
    found = [weighting for pattern, weighting in _NAMED if pattern.search(facts.words)]
    if "stir" in found:
        return "stir"
    return found[0] if len(found) == 1 else None


def _timed(facts: SequenceFacts) -> Weighting | None:
    """Tells the weighting from the timing, ``None`` where the header has no timing."""
    if set(facts.image_type[2:]) & (_OPPOSED | _MAPS):
        return "unknown"
    if facts.acquisition_contrast and facts.acquisition_contrast != "UNKNOWN":
        return _ENHANCED.get(facts.acquisition_contrast, "unknown")
    repetition, echo = facts.repetition_ms, facts.echo_ms
    if repetition is None or echo is None or repetition <= 0 or echo <= 0:
        return None
    if facts.inversion and facts.inversion_ms:
        return _inverted(facts.inversion_ms, echo)
    if facts.inversion:
        # An inversion time of its own is not stated: the words alone may tell.
        return None
    if facts.pulse in ("GR", "EP"):
        return "unknown"
    return _spin_echo(repetition, echo, facts.field_t)


def _inverted(inversion: float, echo: float) -> Weighting:
    if STIR_TI_MS[0] <= inversion <= STIR_TI_MS[1]:
        return "stir"
    if T1_FLAIR_TI_MS[0] < inversion <= T1_FLAIR_TI_MS[1] and echo <= LONGEST_T1_TE_MS:
        return "t1"
    return "unknown"


def _spin_echo(repetition: float, echo: float, field: float | None) -> Weighting:
    high_field = field is not None and field > 2.0
    longest_t1 = LONGEST_T1_TR_3T_MS if high_field else LONGEST_T1_TR_MS
    if echo > LONGEST_T2_TE_MS:
        return "unknown"
    if echo >= LEAST_T2_TE_MS and repetition >= LEAST_T2_TR_MS:
        return "t2"
    if echo <= LONGEST_T1_TE_MS and repetition <= longest_t1:
        return "t1"
    if echo < LEAST_T2_TE_MS and repetition >= LEAST_PD_TR_MS:
        return "pd"
    return "unknown"


def _fat(facts: SequenceFacts, weighting: Weighting | None) -> Attribute[bool]:
    # A T1-weighted inversion recovery is called TIRM as well, and nulls fluid, not fat.
    words = facts.words.replace("tirm", "") if weighting == "t1" else facts.words
    suppressed = (
        weighting == "stir"
        or bool({"FS", "FATSAT", "FAT_SAT", "FAT SAT", "WE"} & set(facts.options))
        or facts.fat_option in ("FAT", "FAT_AND_WATER")
        or bool({"WATER", "W"} & set(facts.image_type[2:]))
        or _FAT.search(words) is not None
    )
    if suppressed:
        return Attribute(True)
    told = facts.options or facts.fat_option or facts.words or facts.pulse
    return Attribute(False) if told else Attribute(None)


def _agent(facts: SequenceFacts) -> Attribute[bool]:
    if facts.agent and facts.agent not in _NO_AGENT_STATED:
        return Attribute(True)
    if _NO_AGENT.search(facts.words):
        return Attribute(False)
    if _AGENT.search(facts.words):
        return Attribute(True)
    return Attribute(False) if facts.words or facts.pulse else Attribute(None)
