"""What the header says of the patient and the body, with identity kept out of the result."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from datetime import date

from pydicom.dataset import Dataset

from condyle.dicom.values import text, texts

_EARLIEST_BIRTH_YEAR = 1880
_NOBODY = {"anon", "anonymous", "anonymized", "anonymised", "unknown", "none"}

# Letters that scanners write as two, and letters whose stroke is no accent to Unicode.
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_NO_ACCENT = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe"})

# Words of header texts that name anatomy, in English, Spanish, German and French, with
# the usual shortenings. Only these are carried on: the rest of a text may name anybody.
_ANATOMY = re.compile(
    r"(?<![a-z])(?:"
    r"l[ -]?spine|lspine|lumbar\w*|lumbo\w*|lws|lumbal\w*|lombaire|sacr\w+|columna|rachis|"
    r"t[ -]?spine|tspine|thorac\w*|dorsal|bws|c[ -]?spine|cspine|cervical\w*|hws|"
    r"spine|spinal|vertebra\w*|disc|knee\w*|rodilla|knie|genou|patell\w*|menisc\w*|hip|hips|"
    r"cadera|hanche|pelvis|becken|shoulder\w*|hombro|schulter|epaule|elbow|codo|ellbogen|"
    r"wrist|hand|finger|ankle|tobillo|foot|talus|talar|tibia|fibula|femur|humerus|heel|"
    r"brain|head|kopf|skull|neck|chest|breast|heart|abdomen|liver|prostate|extremity|leg|arm"
    r")(?![a-z])"
)


def patient_key(header: Dataset) -> tuple[str, str]:
    """Gives what tells one patient from another, as two hashes, either of them empty.

    The first is of Patient ID with its issuer, the second of the name; both are
    hashed so that no later log or message can hold them.
    """
    identifier = text([header], "PatientID").casefold()
    issuer = text([header], "IssuerOfPatientID").casefold()
    name = " ".join(re.split(r"[\s^=]+", text([header], "PatientName").casefold())).strip()
    return (
        _hash(f"{identifier}\0{issuer}") if identifier not in _NOBODY | {""} else "",
        _hash(name) if name not in _NOBODY | {""} else "",
    )


def age_of(header: Dataset) -> float | None:
    """Gives the patient's age in years from Patient's Age, else from the two dates.

    A date before 1880, which de-identification leaves, says nothing.
    """
    match = re.fullmatch(r"0*(\d{1,3})([DWMY])", text([header], "PatientAge").upper())
    if match:
        years = {"D": 1 / 365.25, "W": 7 / 365.25, "M": 1 / 12, "Y": 1.0}[match[2]]
        return round(int(match[1]) * years, 2)
    born = _date(text([header], "PatientBirthDate"))
    seen = _date(text([header], "StudyDate")) or _date(text([header], "AcquisitionDate"))
    if born is None or seen is None or seen < born:
        return None
    return round((seen - born).days / 365.25, 2)


def body_part_of(header: Dataset) -> str | None:
    """Gives the words that name anatomy, in lower case, or ``None`` where none does.

    Body Part Examined and the descriptions come first; the coil speaks only where they
    are silent, since a spine coil lies under many a patient.
    """
    examined = text([header], "BodyPartExamined").casefold()
    words = _anatomy(examined)
    for keyword in ("StudyDescription", "SeriesDescription", "ProtocolName"):
        words += _anatomy(text([header], keyword).casefold())
    regions = header.get("AnatomicRegionSequence") or []
    for region in list(regions)[:1]:
        words += _anatomy(text([region], "CodeMeaning").casefold())
    if not words:
        words = _anatomy(text([header], "ReceiveCoilName").casefold())
    return " ".join(dict.fromkeys(words)) or None


def description_of(header: Dataset) -> str:
    """Gives the series description without any word that stands in an identifying field."""
    identity: set[str] = set()
    for keyword in (
        "PatientName",
        "PatientID",
        "OtherPatientIDs",
        "AccessionNumber",
        "PatientBirthDate",
        "ReferringPhysicianName",
        "PerformingPhysicianName",
        "OperatorsName",
    ):
        identity |= _words(text([header], keyword))
    identity = {one for one in identity if len(one) >= 3} | _words(text([header], "PatientName"))
    description = text([header], "SeriesDescription")
    long = {one for one in identity if len(one) >= 4}
    kept = [
        word
        for word in description.split()
        if not (_words(word) & identity)
        and not any(one in _plain(word) for one in long)
        and not re.search(r"\d{5,}", word)
    ]
    return "".join(one for one in " ".join(kept) if one.isprintable())[:64]


def is_simulated(header: Dataset) -> bool:
    """Tells whether the images are simulated.

    Either Synthetic Data (0008,001C) is YES, or a value of Image Type is SIMULATED.
    """
    return "YES" in texts([header], "SyntheticData") or "SIMULATED" in texts([header], "ImageType")


def _anatomy(words: str) -> list[str]:
    return [match[0] for match in _ANATOMY.finditer(words.replace("_", " "))]


def _words(value: str) -> set[str]:
    lower = value.casefold()
    both = f"{_plain(lower)} {_plain(lower.translate(_SPELT_OUT))}"
    return {word for word in re.split(r"[\W_]+", both) if len(word) >= 2}


def _plain(value: str) -> str:
    """Gives a text in lower case without accents, as scanners write names."""
    parts = unicodedata.normalize("NFKD", value.casefold()).translate(_NO_ACCENT)
    return "".join(one for one in parts if not unicodedata.combining(one))


def _date(value: str) -> date | None:
    match = re.match(r"(\d{4})\.?(\d{2})\.?(\d{2})", value)
    try:
        found = date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None
    return found if found and found.year >= _EARLIEST_BIRTH_YEAR else None


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def same_patient(keys: Sequence[tuple[str, str]]) -> bool:
    """Tells whether keys can all be of one patient; an empty part fits any other."""
    return all(len({key[part] for key in keys if key[part]}) <= 1 for part in (0, 1))
