"""Options of an archive as they are typed: ``patient=REGEX``, ``columns.image=path``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from condyle.datasets.archive import ArchiveOptions, Consensus
from condyle.errors import BadConfiguration, UnknownName

_CONSENSUS: Mapping[str, Consensus] = {"majority": "majority", "any": "any", "all": "all"}
_PLAIN = ("patient", "table", "labels", "covariates", "classes", "consensus", "overlap")
_OF_MANY = ("columns", "structures")
_NAMES = (*_PLAIN, *(f"{name}.NAME" for name in _OF_MANY))


def options_of(typed: Sequence[str]) -> ArchiveOptions:
    """Reads options, the later of two that are the same counting.

    Args:
        typed: Each ``NAME=VALUE``; the values of a list have commas between them.

    Raises:
        BadConfiguration: One has no ``=``, or a value that is none.
        UnknownName: There is no such option; the message lists them.
    """
    given: dict[str, str] = {}
    for one in typed:
        name, equals, value = (part.strip() for part in one.partition("="))
        if not equals or not value:
            raise _refusal(one, "NAME=VALUE, such as patient='^([^/]+)/' or labels=acl,meniscus")
        whole, dot, key = name.partition(".")
        if not (name in _PLAIN or (whole in _OF_MANY and dot and key)):
            raise UnknownName("option of an archive", name, _NAMES)
        given[name] = value
    if given.get("consensus", "any") not in _CONSENSUS:
        raise UnknownName("consensus", given["consensus"], _CONSENSUS)
    return ArchiveOptions(
        patient=given.get("patient"),
        table=given.get("table"),
        columns=_below(given, "columns"),
        labels=_listed(given.get("labels", "")),
        covariates=_listed(given.get("covariates", "")),
        classes=_listed(given.get("classes", "")),
        structures=_below(given, "structures"),
        consensus=_CONSENSUS[given.get("consensus", ArchiveOptions.consensus)],
        overlap=_share(given["overlap"]) if "overlap" in given else ArchiveOptions.overlap,
    )


def _listed(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _below(given: Mapping[str, str], whole: str) -> dict[str, str]:
    front = f"{whole}."
    return {name.removeprefix(front): v for name, v in given.items() if name.startswith(front)}


def _share(value: str) -> float:
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise _refusal(f"overlap={value}", "a number over 0 and up to 1")
    return share


def _refusal(found: str, needed: str) -> BadConfiguration:
    return BadConfiguration(
        "An option of the archive cannot be read.",
        found=f"'{found}'",
        needed=needed,
        mend="correct it; 'condyle data check --help' shows examples.",
    )
