"""The code table against DICOM's own dictionaries."""

import itertools
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.sr import _cid_dict, _concepts_dict

from condyle.domain import anatomy
from condyle.domain.anatomy import Code
from condyle.errors import UnknownName


def every_code() -> list[Code]:
    concepts = [*anatomy.STRUCTURES.values(), *anatomy.VERTEBRAE.values()]
    concepts += anatomy.NOT_ASSESSED.values()
    for table in (anatomy.MEASUREMENTS, anatomy.ANSWERS, anatomy.STATEMENTS, anatomy.CATEGORIES):
        concepts += table.values()
    codes = [anatomy.CERTAINTY, *(c.code for c in concepts)]
    codes += [level.disc for level in anatomy.LEVELS.values()]
    codes += [finding.code for finding in anatomy.FINDINGS.values()]
    for scale in anatomy.SCALES.values():
        codes += [scale.code, *(code for _, code in scale.grades)]
    return codes


PUBLIC = [c for c in every_code() if c.scheme != anatomy.PRIVATE_SCHEME]
PRIVATE = [c for c in every_code() if c.scheme == anatomy.PRIVATE_SCHEME]


def dicom_meanings(code: Code) -> set[str]:
    """Meanings that pydicom's copy of PS3.16 gives the code within its context group."""
    keywords = _cid_dict.cid_concepts[code.context_group].get(code.scheme, ())
    meanings = set()
    for keyword in keywords:
        entry = _concepts_dict.concepts[code.scheme][keyword]
        if code.value in entry:
            meanings.add(entry[code.value][0])
    return meanings


@pytest.mark.parametrize("code", PUBLIC, ids=lambda c: f"{c.scheme}-{c.value}")
def test_each_public_code_is_in_its_context_group_with_that_meaning(code):
    assert code.scheme in {"SCT", "DCM"}
    assert code.context_group is not None
    assert code.meaning in dicom_meanings(code)


@pytest.mark.parametrize("code", PRIVATE, ids=lambda c: c.value)
def test_each_private_code_stays_in_the_private_scheme_and_no_context_group(code):
    assert code.scheme == "99CONDYLE"
    assert code.context_group is None
    assert 0 < len(code.value) <= 16, "Code Value is an SH: 16 characters at most"
    assert len(code.meaning) <= 64, "Code Meaning is an LO: 64 characters at most"


def test_a_private_code_is_used_only_where_dicom_lists_no_concept_of_that_meaning():
    listed = {
        meaning.lower()
        for name in ("SCT", "DCM")
        for entry in _concepts_dict.concepts[name].values()
        for meaning, _ in entry.values()
    }
    assert not {c.meaning for c in PRIVATE if c.meaning.lower() in listed}


def test_no_two_concepts_share_a_code():
    keys = [(c.scheme, c.value) for c in every_code()]
    assert len(keys) == len(set(keys))


def test_the_levels_run_from_caudal_to_cranial_and_name_their_vertebrae():
    for name, level in anatomy.LEVELS.items():
        assert name == level.name == f"{level.above}-{level.below}"
        assert {level.above, level.below} <= set(anatomy.VERTEBRAE)
    usual = [anatomy.LEVELS[name] for name in anatomy.USUAL_LEVELS]
    for lower, upper in itertools.pairwise(usual):
        assert lower.above == upper.below


def test_the_usual_levels_are_those_of_five_lumbar_vertebrae():
    assert anatomy.USUAL_LEVELS[0] == "L5-S1"
    assert anatomy.USUAL_LEVELS[-1] == "T9-T10"
    assert len(anatomy.USUAL_LEVELS) == 9


def test_the_findings_are_the_eight_of_the_report_schema():
    assert list(anatomy.FINDINGS) == [
        "pfirrmann-grade",
        "disc-herniation",
        "disc-narrowing",
        "disc-bulging",
        "spondylolisthesis",
        "modic-change",
        "endplate-change-above",
        "endplate-change-below",
    ]


def test_each_finding_is_of_a_known_structure_and_each_grade_of_a_known_scale():
    for finding in anatomy.FINDINGS.values():
        assert finding.structure in anatomy.STRUCTURES
        assert (finding.kind == "grade") == (finding.scale is not None)
        assert finding.scale is None or finding.scale in anatomy.SCALES


def test_the_pfirrmann_scale_runs_from_one_to_five_and_cites_its_source():
    scale = anatomy.SCALES["pfirrmann"]
    assert [grade for grade, _ in scale.grades] == [1, 2, 3, 4, 5]
    assert "10.1097/" in scale.source


def test_the_labelmap_values_name_structures():
    assert dict(anatomy.LABELS) == {1: "intervertebral-disc", 2: "vertebra", 3: "spinal-canal"}
    assert set(anatomy.LABELS.values()) <= set(anatomy.STRUCTURES)


@given(st.integers(0, 40), st.booleans())
def test_naming_gives_one_name_or_none_for_each_disc(count, sacrum):
    names = anatomy.levels_from_caudal(count, sacrum)
    assert len(names) == count
    named = [n for n in names if n is not None]
    assert named == (list(anatomy.USUAL_LEVELS[:count]) if sacrum else [])


def test_no_level_is_named_where_the_sacrum_is_out_of_view():
    assert anatomy.levels_from_caudal(3, sacrum_in_view=False) == (None, None, None)


def test_a_negative_number_of_discs_is_refused():
    with pytest.raises(ValueError, match="0 or more"):
        anatomy.levels_from_caudal(-1, sacrum_in_view=True)


@pytest.mark.parametrize(
    ("find", "good"),
    [
        (anatomy.finding_named, "disc-bulging"),
        (anatomy.level_named, "L4-L5"),
        (anatomy.structure_named, "vertebra"),
    ],
)
def test_a_row_is_found_by_name_and_an_unknown_name_lists_the_valid_ones(find, good):
    assert find(good).name == good
    with pytest.raises(UnknownName) as caught:
        find("femur")
    assert good in caught.value.needed


def test_a_site_is_coded_by_its_disc_or_by_its_structure():
    assert anatomy.site_code("intervertebral-disc", "L4-L5").value == "84020006"
    assert anatomy.site_code("intervertebral-disc", None).value == "disc"
    assert anatomy.site_code("vertebra", "L4-L5").value == "51282000"
    assert anatomy.site_code("femur", None) is None
    assert anatomy.site_code("intervertebral-disc", "C3-C4") is None


def test_what_is_never_assessed_is_said_item_by_item():
    messages = anatomy.not_assessed()
    assert [m.code for m in messages] == [f"not-assessed-{n}" for n in anatomy.NOT_ASSESSED]
    assert len(messages) == 12


def test_the_tables_cannot_be_altered():
    with pytest.raises(TypeError):
        anatomy.FINDINGS["new"] = None


def test_importing_the_domain_imports_no_dicom_library():
    script = "import sys, condyle.domain.anatomy; sys.exit('pydicom' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
