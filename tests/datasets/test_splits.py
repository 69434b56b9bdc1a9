"""Patient-level splits: whole, without a leak, written and read back."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from importlib import resources
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from condyle.datasets.spider import graded_cases, masked_cases
from condyle.datasets.splits import (
    ROUNDS_SCHEMA,
    SCHEMA,
    Round,
    Split,
    packaged_splits,
    read_split,
    split_of_folds,
    split_text,
)
from condyle.errors import BadConfiguration, DatasetError

SPLIT = split_of_folds("three", seed=7, folds={"1": 0, "2": 1, "10": 2, "11": 0})
FIXED = Split("fixed", 3, "50/25/25", (Round(("1", "2"), ("3",), ("4",)),))
REPEATED = Split(
    "twice", 3, "2-fold x 2", tuple(Round((a,), (), (b,)) for a, b in ["12", "21", "12", "21"])
)


@st.composite
def dealt_folds(draw: st.DrawFn) -> dict[str, int]:
    count = draw(st.integers(2, 5))
    more = draw(st.lists(st.integers(0, count - 1), max_size=60))
    return {str(number): fold for number, fold in enumerate([*range(count), *more])}


@st.composite
def drawn_rounds(draw: st.DrawFn) -> tuple[Round, ...]:
    """Rounds of the same patients, whose names may hold anything that can be typed."""
    names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1)
    patients = draw(st.lists(names, unique=True, min_size=3, max_size=8))
    rounds = []
    for _ in range(draw(st.integers(1, 3))):
        order = draw(st.permutations(patients))
        last = draw(st.integers(2, len(order)))
        first = draw(st.integers(1, last - 1))
        parts = order[:first], order[last:], order[first:last]
        rounds.append(Round(*(tuple(sorted(part)) for part in parts)))
    return tuple(rounds)


# ---- the split ------------------------------------------------------------------------


def test_a_split_counts_its_rounds_and_finds_a_patient() -> None:
    assert SPLIT.count == 3
    assert [SPLIT.fold_of(patient) for patient in ("1", "2", "10", "11")] == [0, 1, 2, 0]
    assert SPLIT.rounds[0] == Round(train=("2", "10"), validation=(), test=("1", "11"))
    assert SPLIT.patients == {"1", "2", "10", "11"}
    assert SPLIT.design == "3-fold"


@pytest.mark.parametrize("split", [SPLIT, FIXED])
def test_an_unknown_patient_is_refused_without_being_named(split: Split) -> None:
    with pytest.raises(DatasetError) as caught:
        split.fold_of("4711")
    assert split.name in caught.value.failed
    assert "4711" not in str(caught.value)
    assert len(caught.value.lines()) == 4


def test_a_patient_who_only_teaches_is_in_no_fold() -> None:
    assert dict(FIXED.folds) == {"4": 0}
    with pytest.raises(DatasetError) as caught:
        FIXED.fold_of("1")
    assert caught.value.found == "a patient whom no round scores"


def test_a_repeated_split_has_no_single_fold_of_a_patient() -> None:
    with pytest.raises(DatasetError) as caught:
        REPEATED.fold_of("1")
    assert "2-fold x 2" in caught.value.found


@pytest.mark.parametrize(
    ("parts", "leak"),
    [
        ((("a", "b"), (), ("b", "c")), "1 in both 'train' and 'test'"),
        ((("a", "b"), ("a", "b"), ("c",)), "2 in both 'train' and 'validation'"),
        ((("a",), ("b",), ("b",)), "1 in both 'validation' and 'test'"),
        ((("a",), (), ("b", "b")), "1 of 'test' stand there twice"),
    ],
)
def test_a_leak_is_told_by_the_parts_it_joins_and_names_nobody(
    parts: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], leak: str
) -> None:
    with pytest.raises(BadConfiguration) as caught:
        Round(*parts)
    assert leak in caught.value.found
    assert "leaks" in caught.value.failed
    assert len(caught.value.lines()) == 4


@pytest.mark.parametrize("parts", [((), (), ("a",)), (("a",), ("b",), ())])
def test_a_round_without_teachers_or_scored_is_refused(
    parts: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
) -> None:
    with pytest.raises(BadConfiguration, match="cannot be run"):
        Round(*parts)


@pytest.mark.parametrize("rounds", [(), (Round(("a",), (), ("b",)), Round(("a",), (), ("c",)))])
def test_rounds_of_other_patients_are_no_split(rounds: tuple[Round, ...]) -> None:
    with pytest.raises(BadConfiguration, match="not whole"):
        Split("odd", 1, "5-fold", rounds)


@pytest.mark.parametrize("folds", [{}, {"a": 0, "b": 0}, {"a": 0, "b": 2}])
def test_folds_of_which_one_is_empty_or_alone_are_refused(folds: dict[str, int]) -> None:
    with pytest.raises(BadConfiguration):
        split_of_folds("odd", seed=1, folds=folds)


def test_the_hash_is_of_the_assignment_alone() -> None:
    turned = split_of_folds("other", seed=8, folds=dict(reversed(SPLIT.folds.items())))
    moved = split_of_folds("three", seed=7, folds={**SPLIT.folds, "11": 1})
    assert SPLIT.sha256 == turned.sha256
    assert SPLIT.sha256 != moved.sha256
    assert len(SPLIT.sha256) == 64


def test_the_hash_of_plain_folds_is_that_of_the_patients_folds() -> None:
    """Shipped bundles hold it: it may not change."""
    text = json.dumps({"1": 0, "10": 2, "11": 0, "2": 1})
    assert SPLIT.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_the_hash_tells_who_decides_from_who_teaches() -> None:
    with_validation = Split("fixed", 3, "x", (Round(("1",), ("2", "3"), ("4",)),))
    assert len({FIXED.sha256, with_validation.sha256, REPEATED.sha256}) == 3


# ---- the file -------------------------------------------------------------------------


@settings(max_examples=30)
@given(dealt_folds(), st.integers(0, 10**6))
def test_folds_that_were_written_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, folds: dict[str, int], seed: int
) -> None:
    split = split_of_folds("drawn", seed=seed, folds=folds)
    path = tmp_path_factory.mktemp("split") / "drawn.yaml"
    path.write_text(split_text(split, comment="as drawn"), "utf-8")
    found = read_split(str(path))
    assert found == split
    assert dict(found.folds) == folds
    assert found.sha256 == split.sha256


@settings(max_examples=30)
@given(drawn_rounds(), st.text(st.characters(codec="utf-8", exclude_categories=["Cs"])))
def test_rounds_that_were_written_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, rounds: tuple[Round, ...], design: str
) -> None:
    split = Split("drawn: 'so'", 5, design, rounds)
    path = tmp_path_factory.mktemp("split") / "drawn.yaml"
    path.write_text(split_text(split), "utf-8")
    found = read_split(str(path))
    parts = [[set(r.train), set(r.validation), set(r.test)] for r in found.rounds]
    assert parts == [[set(r.train), set(r.validation), set(r.test)] for r in rounds]
    assert (found.name, found.seed, found.design) == (split.name, split.seed, split.design)
    assert found.sha256 == split.sha256


def test_the_file_lists_patients_by_number_under_a_comment() -> None:
    folds = {"10": 0, "9": 0, "100": 1}
    text = split_text(split_of_folds("n", seed=1, folds=folds), comment="Why.")
    assert text.startswith(f"# Why.\nschema: {SCHEMA}\nname: n\nseed: 1\n")
    assert '  - ["9", "10"]\n  - ["100"]\n' in text
    assert yaml.safe_load(text)["folds"] == [["9", "10"], ["100"]]


def test_the_file_of_rounds_lists_who_validates_and_who_is_scored() -> None:
    assert yaml.safe_load(split_text(FIXED)) == {
        "schema": ROUNDS_SCHEMA,
        "name": "fixed",
        "seed": 3,
        "design": "50/25/25",
        "patients": ["1", "2", "3", "4"],
        "rounds": [{"validation": ["3"], "test": ["4"]}],
    }


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


def test_the_splits_of_the_package_are_listed_and_written_as_they_lie() -> None:
    assert "lumbar-spider" in packaged_splits()
    for name in packaged_splits():
        text = (resources.files("condyle.recipes") / "splits" / f"{name}.yaml").read_text("utf-8")
        comment = text.splitlines()[0].removeprefix("# ")
        assert split_text(read_split(name), comment=comment) == text


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

ROUNDS = "schema: condyle.split/2\nname: x\nseed: 1\ndesign: own\n"


@pytest.mark.parametrize(
    "text",
    [
        "schema: condyle.split/1\nname: x\nseed: 1\nfolds: [[a, b], [b]]\n",
        "schema: condyle.split/1\nname: x\nseed: 1\nfolds: 3\n",
        "schema: condyle.split/1\nname: x\nseed: 1\nfolds: []\n",
        "schema: condyle.split/1\nname: x\nfolds: [[a]]\n",
        "schema: condyle.split/1\nseed: 1\nfolds: [[a]]\n",
        "schema: condyle.split/1\nname: x\nseed: 1\nfolds: [[[a], b], [c]]\n",
        f"{ROUNDS}patients: [a, b]\nrounds: []\n",
        f"{ROUNDS}patients: [a, b]\nrounds: [{{test: [c]}}]\n",
        f"{ROUNDS}patients: [a, b]\nrounds: [{{validation: [b], test: [b]}}]\n",
        f"{ROUNDS}patients: [a, b]\nrounds: [{{validation: [a]}}]\n",
        f"{ROUNDS}patients: [a, b]\nrounds: [[a], [b]]\n",
        f"{ROUNDS}patients: [a, a, b]\nrounds: [{{test: [b]}}]\n",
        f"{ROUNDS}rounds: [{{test: [b]}}]\n",
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
