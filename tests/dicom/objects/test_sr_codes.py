"""Each code of the report, against DICOM's own tables and our one; and what is left undecided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import highdicom
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sr import _concepts_dict
from tests.dicom.objects.made import SIGNED, Read, as_file

from condyle.dicom.objects.codes import UNIT_MEANINGS
from condyle.dicom.objects.content import Statement
from condyle.dicom.objects.read_sr import read_report
from condyle.dicom.objects.sr import structured_report
from condyle.domain.anatomy import (
    ANSWERS,
    CATEGORIES,
    CERTAINTY,
    FINDINGS,
    LEVELS,
    MEASUREMENTS,
    NOT_ASSESSED,
    SCALES,
    STATEMENTS,
    STRUCTURES,
    VERTEBRAE,
    Code,
)
from condyle.domain.findings import Evidence, Finding, Measurement, Site
from condyle.domain.messages import Message
from condyle.domain.outside import Answer, OutsideResult

Make = Callable[..., Any]
DISC = Site("intervertebral-disc", "L4-L5", 1)
EVIDENCE = (Evidence(0, 2, ((5.0, 6.0), (5.0, 9.0), (8.0, 9.0))),)

WRITTEN: tuple[Code, ...] = (
    *(
        row.code
        for table in (
            STRUCTURES, VERTEBRAE, NOT_ASSESSED, MEASUREMENTS, ANSWERS, STATEMENTS, CATEGORIES,
        )
        for row in table.values()
    ),
    *(level.disc for level in LEVELS.values()),
    *(finding.code for finding in FINDINGS.values()),
    *(code for scale in SCALES.values() for _, code in scale.grades),
    CERTAINTY,
)  # fmt: skip
"""Every code that an object may carry."""


def test_a_code_of_dicom_is_in_the_group_that_we_say_with_that_very_meaning() -> None:
    listed = [one for one in WRITTEN if one.scheme != "99CONDYLE"]
    assert len(listed) > 20
    for one in listed:
        known = _concepts_dict.concepts[one.scheme]
        matches = [kept[one.value] for kept in known.values() if one.value in kept]
        assert matches, f"{one.scheme} {one.value} is in no table of PS3.16"
        assert one.meaning in [meaning for meaning, _ in matches]
        assert one.context_group in [group for _, groups in matches for group in groups]


def test_a_code_of_our_own_fits_its_elements_and_means_one_thing() -> None:
    own = [one for one in WRITTEN if one.scheme == "99CONDYLE"]
    meanings = {(one.value, one.meaning) for one in own}
    assert len({value for value, _ in meanings}) == len(meanings)
    for value, meaning in meanings:
        assert 0 < len(value) <= 16 and 0 < len(meaning) <= 64
        assert (value + meaning).isascii() and "\\" not in value + meaning


@pytest.fixture
def study(read: Make, plain: Make) -> Read:
    found: Read = read(plain())
    return found


def tree(study: Read, content: Any) -> pydicom.Dataset:
    return pydicom.dcmread(BytesIO(structured_report(content, study.source).content))


def having(study: Read, **changed: Any) -> Any:
    return replace(study.content, report=replace(study.content.report, **changed))


def read_back(study: Read, content: Any, folder: Path) -> OutsideResult:
    return read_report(as_file(folder, structured_report(content, study.source)))


def groups(study: Read, content: Any) -> list[Any]:
    sr = highdicom.sr.Comprehensive3DSR.from_dataset(tree(study, content)).content
    return [*sr.get_planar_roi_measurement_groups(), *sr.get_image_measurement_groups()]


def finding(name: str, value: Any, level: str = "L4-L5", **more: Any) -> Finding:
    told = {"probability": 0.5, "evidence": EVIDENCE, "bundle": "lumbar-grading", **more}
    return Finding(f"{name}/{level}", name, replace(DISC, level=level), value, **told)


def code_of(item: Any) -> tuple[str, str, str]:
    return item.CodingSchemeDesignator, item.CodeValue, item.CodeMeaning


def test_each_finding_goes_out_under_its_code_with_present_or_absent(study: Read) -> None:
    names = [name for name, one in FINDINGS.items() if one.kind == "presence"]
    found = tuple(finding(name, value) for name in names for value in (True, False))
    told = [
        (code_of(group.finding_type), code_of(group.get_qualitative_evaluations()[-2].value))
        for group in groups(study, having(study, findings=found, measurements=()))
    ]
    wanted = [
        ((one.scheme, one.value, one.meaning), (said.scheme, said.value, said.meaning))
        for name in names
        for one in (FINDINGS[name].code,)
        for said in (ANSWERS["present"].code, ANSWERS["absent"].code)
    ]
    assert sorted(told) == sorted(wanted)


def test_each_level_and_each_grade_goes_out_under_its_own_code(study: Read) -> None:
    grades = SCALES["pfirrmann"].grades
    found = tuple(
        finding("pfirrmann-grade", grades[number % len(grades)][0], level)
        for number, level in enumerate(LEVELS)
    )
    made = groups(study, having(study, findings=found, measurements=()))
    assert len(made) == len(LEVELS)
    for number, (level, group) in enumerate(zip(LEVELS.values(), made, strict=True)):
        (site,) = group.finding_sites
        assert code_of(site.value) == (level.disc.scheme, level.disc.value, level.disc.meaning)
        grade = grades[number % len(grades)][1]
        said = group.get_qualitative_evaluations()[-2].value
        assert code_of(said) == (grade.scheme, grade.value, grade.meaning)


def test_a_disc_that_no_level_names_goes_out_as_a_disc(study: Read, tmp_path: Path) -> None:
    unnamed = replace(finding("disc-bulging", True), site=replace(DISC, level=None))
    result = read_back(study, having(study, findings=(unnamed,), measurements=()), tmp_path)
    assert [one.site for one in result.findings] == ["Intervertebral disc"]


def test_each_measurement_goes_out_under_its_code_and_unit(study: Read) -> None:
    units = tuple(UNIT_MEANINGS)
    taken = tuple(
        Measurement(name, 1.25 + number, units[number % 3], DISC, 0, 2, "masks")
        for number, name in enumerate(MEASUREMENTS)
    )
    (group,) = groups(study, having(study, findings=(), measurements=taken))
    made = group.get_measurements()
    assert len(made) == len(taken)
    for one, wanted in zip(made, taken, strict=True):
        code = MEASUREMENTS[wanted.name].code
        assert code_of(one.name) == (code.scheme, code.value, code.meaning)
        assert one.value == wanted.value
        assert code_of(one.unit) == ("UCUM", wanted.unit, UNIT_MEANINGS[wanted.unit])


def test_a_measurement_without_a_value_is_left_out_and_zero_is_not(
    study: Read, tmp_path: Path
) -> None:
    nothing = Measurement("disc-height-middle", None, "mm", DISC, 0, 2, "masks")
    zero = Measurement("vertebral-slip", 0.0, "mm", DISC, 0, 2, "masks")
    result = read_back(study, having(study, findings=(), measurements=(nothing, zero)), tmp_path)
    assert [one.answers for one in result.findings] == [
        (Answer("Slip of the vertebra above the disc", 0.0, "mm"),)
    ]


def test_what_was_measured_of_a_level_is_one_group_in_whatever_order(
    study: Read, tmp_path: Path
) -> None:
    other = replace(DISC, level="L5-S1")
    taken = tuple(
        Measurement(name, 2.0, "mm", site, 0, 2, "masks")
        for name in ("disc-height-anterior", "disc-height-middle")
        for site in (DISC, other)
    )
    result = read_back(study, having(study, findings=(), measurements=taken), tmp_path)
    assert [(one.tracking, len(one.answers)) for one in result.findings] == [
        ("measurements/L4-L5", 2),
        ("measurements/L5-S1", 2),
    ]


def test_an_abstention_is_not_decided_and_says_why(study: Read, tmp_path: Path) -> None:
    why = Message("abstained-unlike-training", subject="L4-L5")
    abstained = finding("disc-herniation", True, abstained=True, abstention=why)
    result = read_back(study, having(study, findings=(abstained,), measurements=()), tmp_path)
    (found,) = result.findings
    said = {one.name: one.value for one in found.answers}
    assert said["Disc herniation visible on midsagittal slices"] == "Not decided by the model"
    assert said["Reason that nothing was decided"] == why.code
    assert "Present" not in said.values()


def test_a_finding_that_no_model_made_names_no_bundle_and_no_certainty(
    study: Read, tmp_path: Path
) -> None:
    by_hand = finding("disc-bulging", True, probability=None, bundle="")
    content = replace(
        having(study, findings=(by_hand,), measurements=()), states={by_hand.id: "added"}
    )
    (found,) = read_back(study, content, tmp_path).findings
    assert {one.value for one in found.answers} == {"Present", "Added by a clinician"}
    (group,) = groups(study, content)
    named = {item.ConceptNameCodeSequence[0].CodeValue for item in group[0].ContentSequence}
    assert not named & {"111001", "111002", "111003"}


@pytest.mark.parametrize("state", ["open", "accepted", "changed", "added"])
def test_what_a_clinician_said_of_a_finding_goes_out_as_that(
    study: Read, tmp_path: Path, state: Any
) -> None:
    one = finding("disc-bulging", True)
    content = replace(having(study, findings=(one,), measurements=()), states={one.id: state})
    (found,) = read_back(study, content, tmp_path).findings
    assert Answer("Review by a clinician", ANSWERS[state].code.meaning) in found.answers


def test_each_thing_that_was_not_looked_at_is_named_by_its_code(study: Read) -> None:
    told = [Message(f"not-assessed-{name}") for name in (*NOT_ASSESSED, "anything-else")]
    made = tree(study, having(study, not_assessed=tuple(told)))
    codes = {
        code_of(child.ConceptCodeSequence[0])
        for item in made.ContentSequence
        for child in item.get("ContentSequence", ())
        if child.ValueType == "CODE"
        and child.ConceptNameCodeSequence[0].CodeValue == STATEMENTS["not-assessed"].code.value
    }
    wanted = {row.code for row in NOT_ASSESSED.values()}
    assert codes == {(one.scheme, one.value, one.meaning) for one in wanted}


def test_every_kind_of_statement_comes_back_under_its_own_title(
    study: Read, tmp_path: Path
) -> None:
    said = tuple(Statement(name, f"Text of {name}: ñ, Ж, 椎.") for name in STATEMENTS)
    result = read_back(study, replace(study.content, statements=said), tmp_path)
    for one in said:
        assert (STATEMENTS[one.name].code.meaning, one.text) in result.texts


def uids_of_tracking(made: Dataset) -> list[str]:
    found, pending = [], [made]
    while pending:
        here = pending.pop()
        if "UID" in here and here.ConceptNameCodeSequence[0].CodeValue == "112040":
            found.append(str(here.UID))
        pending.extend(here.get("ContentSequence", ()))
    return sorted(found)


def test_a_finding_is_tracked_by_one_uid_in_the_draft_and_in_what_was_signed(study: Read) -> None:
    draft = uids_of_tracking(tree(study, study.content))
    assert len(set(draft)) == len(draft) == 5
    assert draft == uids_of_tracking(tree(study, replace(study.content, verification=SIGNED)))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Анна Ёлкина", "Анна Ёлкина"),
        ("O'Neil^Mary=Ann\\x", "O'Neil Mary Ann x"),
        ("a\nb\x00c", "a b c"),
        ("  ", "Unknown"),
    ],
)
def test_a_signature_of_any_alphabet_is_a_person_name_of_one_part(
    study: Read, name: str, kept: str
) -> None:
    made = tree(study, replace(study.content, verification=replace(SIGNED, name=name)))
    (observer,) = made.VerifyingObserverSequence
    assert str(observer.VerifyingObserverName).rstrip("^") == kept


def test_a_signature_of_no_organization_says_that_it_is_not_stated(study: Read) -> None:
    signed = replace(SIGNED, organization="")
    (observer,) = tree(study, replace(study.content, verification=signed)).VerifyingObserverSequence
    assert observer.VerifyingOrganization == "Not stated"


def test_a_point_off_the_image_is_drawn_at_its_edge(study: Read, tmp_path: Path) -> None:
    outside = (Evidence(0, 2, ((-9.0, -9.0), (5.0, 900.0), (900.0, 3.0))),)
    content = having(study, findings=(finding("disc-bulging", True, evidence=outside),))
    found = read_back(study, content, tmp_path).findings[0]
    rows, columns = study.content.report.series[0].shape[1:]
    assert found.regions[0].points[:3] == (
        (-0.5, -0.5),
        (5.0, columns - 0.5),
        (rows - 0.5, 3.0),
    )
