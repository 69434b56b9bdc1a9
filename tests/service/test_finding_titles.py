"""Findings that stand beside each other are told apart by their titles."""

from typing import Any

from condyle.service.schemas.studies import FindingEntry
from condyle.service.views.finding import told_apart

BUNDLES = {"a": "knee-unet", "b": "knee-resnet18"}


def entry(key: str, *, analysis: str = "a", title: str = "lesion", **more: Any) -> FindingEntry:
    given: dict[str, Any] = {
        "id": 1, "analysis": analysis, "key": key, "name": "lesion", "title": title,
        "level": None, "index_from_caudal": None, "value": True, "grades": None, "text": "",
        "probability": 0.5, "probabilities": None, "threshold": 0.5, "abstained": False,
        "abstention": None, "operating_point": None, "evidence": [],
    }  # fmt: skip
    return FindingEntry(**{**given, **more})


def titles(*entries: FindingEntry) -> list[str]:
    return [one.title for one in told_apart(entries, BUNDLES)]


def test_a_title_of_its_own_is_left_as_it_is() -> None:
    assert titles(entry("lesion/knee"), entry("tear/knee", title="tear")) == ["lesion", "tear"]


def test_places_of_one_run_are_numbered_as_its_report_numbers_them() -> None:
    assert titles(entry("slip/spine-1"), entry("slip/spine-2")) == ["lesion 1", "lesion 2"]


def test_findings_of_several_runs_name_their_bundles() -> None:
    told = titles(entry("lesion/knee"), entry("lesion/knee", analysis="b"))
    assert told == ["lesion (knee-unet)", "lesion (knee-resnet18)"]


def test_the_same_finding_of_other_levels_is_told_apart_by_the_level() -> None:
    one, other = entry("x/disc-1", level="L5-S1"), entry("x/disc-2", level="L4-L5")
    assert titles(one, other) == ["lesion", "lesion"]
