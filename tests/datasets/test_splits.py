"""Patient-level splits: dealt fairly, written, read back."""

from __future__ import annotations

from collections import Counter
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.datasets.spider import graded_cases, masked_cases
from condyle.datasets.splits import SCHEMA, Split, read_split, split_text, stratified_folds
from condyle.errors import BadConfiguration, DatasetError

SPLIT = Split(name="three", seed=7, folds={"1": 0, "2": 1, "10": 2, "11": 0})


@st.composite
def strata(draw: st.DrawFn) -> dict[str, tuple[int, int]]:
    count = draw(st.integers(1, 80))
    value = st.tuples(st.integers(0, 1), st.integers(0, 3))
    return {str(number): draw(value) for number in range(count)}


# ---- dealing --------------------------------------------------------------------------


@settings(max_examples=50)
@given(strata(), st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_every_patient_is_in_exactly_one_fold(
    groups: dict[str, tuple[int, int]], folds: int, seed: int
) -> None:
    dealt = stratified_folds(groups, folds=folds, rng=np.random.default_rng(seed))
    assert set(dealt) == set(groups)
    assert set(dealt.values()) <= set(range(folds))


@settings(max_examples=50)
@given(strata(), st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_folds_differ_by_at_most_one_patient(
    groups: dict[str, tuple[int, int]], folds: int, seed: int
) -> None:
    dealt = stratified_folds(groups, folds=folds, rng=np.random.default_rng(seed))
    sizes = Counter(dealt.values())
    counts = [sizes[fold] for fold in range(folds)]
    assert max(counts) - min(counts) <= 1


@settings(max_examples=50)
@given(strata(), st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_the_most_important_stratum_is_shared_out_to_within_one_patient(
    groups: dict[str, tuple[int, int]], folds: int, seed: int
) -> None:
    dealt = stratified_folds(groups, folds=folds, rng=np.random.default_rng(seed))
    positive = [sum(groups[p][0] for p, f in dealt.items() if f == fold) for fold in range(folds)]
    assert max(positive) - min(positive) <= 1


@settings(max_examples=50)
@given(strata(), st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_the_second_stratum_is_balanced_to_within_two_patients_a_cell(
    groups: dict[str, tuple[int, int]], folds: int, seed: int
) -> None:
    """Patients of one cell lie in a row: a whole block each, and a part at either end."""
    dealt = stratified_folds(groups, folds=folds, rng=np.random.default_rng(seed))
    for cell in set(groups.values()):
        counts = [
            sum(groups[p] == cell for p, f in dealt.items() if f == fold) for fold in range(folds)
        ]
        assert max(counts) - min(counts) <= 2


@given(strata(), st.integers(0, 2**32 - 1))
def test_the_same_seed_deals_the_same_whatever_the_order_of_the_patients(
    groups: dict[str, tuple[int, int]], seed: int
) -> None:
    turned = dict(reversed(groups.items()))
    first = stratified_folds(groups, folds=5, rng=np.random.default_rng(seed))
    assert first == stratified_folds(turned, folds=5, rng=np.random.default_rng(seed))


def test_another_seed_deals_otherwise() -> None:
    groups = {str(number): (number % 2,) for number in range(40)}
    first, second = (
        stratified_folds(groups, folds=5, rng=np.random.default_rng(seed)) for seed in (1, 2)
    )
    assert first != second


# ---- the split ------------------------------------------------------------------------


def test_a_split_counts_its_folds_and_finds_a_patient() -> None:
    assert SPLIT.count == 3
    assert [SPLIT.fold_of(patient) for patient in ("1", "2", "10", "11")] == [0, 1, 2, 0]


def test_an_unknown_patient_is_refused_without_being_named() -> None:
    with pytest.raises(DatasetError) as caught:
        SPLIT.fold_of("4711")
    assert "three" in caught.value.failed
    assert "4711" not in str(caught.value)
    assert len(caught.value.lines()) == 4


def test_the_hash_is_of_the_assignment_alone() -> None:
    turned = Split(name="other", seed=8, folds=dict(reversed(SPLIT.folds.items())))
    moved = Split(name="three", seed=7, folds={**SPLIT.folds, "11": 1})
    assert SPLIT.sha256 == turned.sha256
    assert SPLIT.sha256 != moved.sha256
    assert len(SPLIT.sha256) == 64


# ---- the file -------------------------------------------------------------------------


@settings(max_examples=30)
@given(strata(), st.integers(2, 5), st.integers(0, 10**6))
def test_a_split_that_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    groups: dict[str, tuple[int, int]],
    folds: int,
    seed: int,
) -> None:
    dealt = stratified_folds(groups, folds=folds, rng=np.random.default_rng(seed))
    split = Split(name="drawn", seed=seed, folds=dealt)
    path = tmp_path_factory.mktemp("split") / "drawn.yaml"
    path.write_text(split_text(split, comment="as drawn"), "utf-8")
    found = read_split(str(path))
    assert found == split
    assert found.sha256 == split.sha256


def test_the_file_lists_patients_by_number_under_a_comment() -> None:
    text = split_text(Split("n", 1, {"10": 0, "9": 0, "100": 1}), comment="Why.")
    assert text.startswith(f"# Why.\nschema: {SCHEMA}\nname: n\nseed: 1\n")
    assert '  - ["9", "10"]\n  - ["100"]\n' in text
    assert yaml.safe_load(text)["folds"] == [["9", "10"], ["100"]]


def test_ids_that_look_like_numbers_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(f"schema: {SCHEMA}\nname: s\nseed: 3\nfolds: [[7, 8], ['09']]\n", "utf-8")
    assert dict(read_split(str(path)).folds) == {"7": 0, "8": 0, "09": 1}


@pytest.mark.parametrize(
    "text",
    ["", "just words", "[1, 2]", "schema: condyle.recipe/1\n", "folds: [[1]]\n", "schema: 3\n"],
)
def test_a_file_that_is_no_split_is_refused_with_the_schema_that_is_needed(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadConfiguration) as caught:
        read_split(str(path))
    assert SCHEMA in caught.value.needed
    assert len(caught.value.lines()) == 4


@pytest.mark.parametrize("name", ["no-such-split", "no/such/file.yaml"])
def test_a_split_that_is_nowhere_is_told_by_name(name: str) -> None:
    with pytest.raises(BadConfiguration) as caught:
        read_split(name)
    assert Path(name).name in caught.value.failed


def test_a_folder_is_no_split(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration):
        read_split(str(tmp_path))


def test_a_file_cannot_run_code(tmp_path: Path) -> None:
    target = tmp_path / "made"
    path = tmp_path / "hostile.yaml"
    path.write_text(f"!!python/object/apply:os.mkdir ['{target}']\n", "utf-8")
    with pytest.raises((BadConfiguration, yaml.YAMLError)):
        read_split(str(path))
    assert not target.exists()


# ---- the split of the package ---------------------------------------------------------


def test_the_packaged_split_has_five_even_folds_and_no_patient_twice() -> None:
    text = resources.files("condyle.recipes") / "splits" / "lumbar-spider.yaml"
    members = [p for fold in yaml.safe_load(text.read_text("utf-8"))["folds"] for p in fold]
    split = read_split("lumbar-spider")
    assert len(members) == len(set(members)) == len(split.folds) == 179
    sizes = Counter(split.folds.values())
    assert len(sizes) == split.count == 5
    assert max(sizes.values()) - min(sizes.values()) <= 1


@pytest.mark.needs("data")
def test_the_packaged_split_covers_all_patients_of_the_data(data_folder: Path) -> None:
    root = data_folder / "lumbar-spider"
    split = read_split("lumbar-spider")
    patients = {case.patient for case in graded_cases(root)}
    assert patients == set(split.folds)
    assert {case.patient for case in masked_cases(root)} <= patients


@pytest.mark.needs("data")
def test_no_patient_is_ever_on_both_sides_of_the_packaged_split(data_folder: Path) -> None:
    """Graded and masked cases of one patient are split together."""
    root = data_folder / "lumbar-spider"
    split = read_split("lumbar-spider")
    cases = [*graded_cases(root), *masked_cases(root)]
    for fold in range(split.count):
        learned = {case.patient for case in cases if split.fold_of(case.patient) != fold}
        scored = {case.patient for case in cases if split.fold_of(case.patient) == fold}
        assert scored and not learned & scored


@pytest.mark.needs("data")
def test_the_packaged_split_gives_each_fold_its_share_of_masks_and_rare_findings(
    data_folder: Path,
) -> None:
    root = data_folder / "lumbar-spider"
    split = read_split("lumbar-spider")
    masked = {case.patient for case in masked_cases(root)}
    for positive in (
        masked,
        _patients_with(root, "spondylolisthesis"),
        _patients_with(root, "disc-herniation"),
    ):
        counts = Counter(split.fold_of(patient) for patient in positive)
        share = len(positive) / split.count
        assert all(abs(counts[fold] - share) <= 3 for fold in range(split.count))


def _patients_with(root: Path, finding: str) -> set[str]:
    return {
        case.patient
        for case in graded_cases(root)
        if any(grades[finding] for grades in case.reference.grades.values())
    }


# ---- hostile files --------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "schema: condyle.split/1\nname: x\nseed: 1\nfolds: [[a, b], [b]]\n",
        "schema: condyle.split/1\nname: x\nseed: 1\nfolds: 3\n",
        "schema: condyle.split/1\nname: x\nseed: 1\nfolds: []\n",
        "schema: condyle.split/1\nname: x\nfolds: [[a]]\n",
        "schema: condyle.split/1\nseed: 1\nfolds: [[a]]\n",
        "schema: condyle.split/1\nname: !!python/object/apply:os.getcwd []\n",
        "schema: [\n",
        "- a\n",
        "",
    ],
)
def test_a_file_that_is_no_split_is_refused_in_four_lines(text: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadConfiguration) as caught:
        read_split(str(path))
    assert len(caught.value.lines()) == 4


def test_a_split_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadConfiguration):
        read_split(str(path))
