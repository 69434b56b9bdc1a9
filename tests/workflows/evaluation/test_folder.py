"""The folder of an evaluation: what is ours is replaced, what is yours is kept."""

import os

import pytest

from condyle.errors import OutputError, UsageError
from condyle.reporting.predictions import read_predictions
from condyle.workflows.evaluation.folder import (
    COMPARISON,
    DRIFT,
    EVALUATION,
    OutputFolder,
    picture_name,
)

OURS = {
    EVALUATION: (
        "predictions.csv",
        "metrics.json",
        "metrics.csv",
        "report.html",
        "report.pdf",
        "overlay-case-1.png",
        "cohort.csv",
        "checklist-claim.md",
        ".unfinished",
    ),
    COMPARISON: ("comparison.json", "comparison.csv", "report.html", "report.pdf", ".unfinished"),
    DRIFT: ("drift.json", "drift.html", "drift.pdf", ".unfinished"),
}


@pytest.mark.parametrize("contents", OURS, ids=lambda each: each.name)
def test_the_files_of_an_earlier_run_are_taken_out(tmp_path, contents):
    for name in OURS[contents]:
        (tmp_path / name).write_bytes(b"old")
    OutputFolder(tmp_path, contents).prepare()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("contents", "name"),
    [
        (EVALUATION, "comparison.json"),
        (EVALUATION, "drift.json"),
        (EVALUATION, "cohort-of-mine.csv"),
        (COMPARISON, "predictions.csv"),
        (DRIFT, "drift-june.csv"),
        (DRIFT, "report.html"),
    ],
)
def test_what_another_use_case_or_the_user_named_alike_is_kept(tmp_path, contents, name):
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(OutputError, match=f"The {contents.name} was not started"):
        OutputFolder(tmp_path, contents).prepare()
    assert (tmp_path / name).read_bytes() == b"mine"


@pytest.mark.parametrize(
    "name", ["thesis.docx", "report.html.bak", "my-predictions.csv", "metrics.xlsx", "overlay-.exe"]
)
def test_anything_else_is_kept_and_stops_the_work(tmp_path, name):
    (tmp_path / name).write_bytes(b"mine")
    (tmp_path / "report.html").write_bytes(b"old")
    with pytest.raises(OutputError, match="nothing of yours is lost"):
        OutputFolder(tmp_path, EVALUATION).prepare()
    assert {path.name for path in tmp_path.iterdir()} == {name, "report.html"}


def test_the_figures_are_taken_out_with_their_folder(tmp_path):
    figures = tmp_path / "figures"
    figures.mkdir()
    for name in ("t-roc.svg", "t-roc.png", ".unfinished"):
        (figures / name).write_bytes(b"old")
    OutputFolder(tmp_path, EVALUATION).prepare()
    assert not figures.exists()


@pytest.mark.parametrize("name", ["photo.jpg", "notes.txt", "t roc.svg"])
def test_a_figures_folder_with_anything_else_is_kept(tmp_path, name):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / name).write_bytes(b"mine")
    with pytest.raises(OutputError):
        OutputFolder(tmp_path, EVALUATION).prepare()
    assert (tmp_path / "figures" / name).read_bytes() == b"mine"


def test_a_link_called_figures_is_not_followed(tmp_path):
    elsewhere, out = tmp_path / "elsewhere", tmp_path / "out"
    elsewhere.mkdir()
    out.mkdir()
    (elsewhere / "a.svg").write_bytes(b"mine")
    os.symlink(elsewhere, out / "figures")
    with pytest.raises(OutputError):
        OutputFolder(out, EVALUATION).prepare()
    assert (elsewhere / "a.svg").exists()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_bytes(b"mine")
    with pytest.raises(OutputError) as refused:
        OutputFolder(tmp_path / "out", EVALUATION).prepare()
    assert refused.value.found == "a file of that name"


def test_files_are_written_whole_also_into_the_figures(tmp_path):
    folder = OutputFolder(tmp_path / "out", EVALUATION)
    folder.prepare()
    folder.write_files({"report.html": b"page", "figures/a.svg": b"<svg/>"})
    assert (tmp_path / "out" / "report.html").read_bytes() == b"page"
    assert (tmp_path / "out" / "figures" / "a.svg").read_bytes() == b"<svg/>"
    assert not list((tmp_path / "out").rglob(".unfinished"))


def test_a_folder_that_has_gone_is_an_error_of_four_parts(tmp_path):
    folder = OutputFolder(tmp_path / "out" / "deeper", EVALUATION)
    with pytest.raises(OutputError) as refused:
        folder.write_files({"report.html": b"page"})
    assert len(refused.value.lines()) == 4


@pytest.mark.parametrize(
    ("case", "name"),
    [
        ("110_t2", "overlay-110_t2.png"),
        ("../../etc/passwd", "overlay-..-..-etc-passwd.png"),
        ("Ünal case", "overlay--nal-case.png"),
    ],
)
def test_the_name_of_a_picture_is_safe(case, name):
    assert picture_name(case) == name


def test_a_file_that_was_written_is_found_by_its_name(tmp_path):
    folder = OutputFolder(tmp_path, EVALUATION)
    folder.write_files({picture_name("a/b c"): b"png"})
    assert folder.content(picture_name("a/b c")) == b"png"
    assert folder.content(picture_name("d")) is None


def test_the_table_is_written_whole_in_place_of_an_earlier_one(tmp_path, mixed):
    folder = OutputFolder(tmp_path, EVALUATION)
    for patients in (3, 2):
        folder.write_table(mixed(patients=patients))
    assert len(read_predictions(tmp_path / "predictions.csv")) == len(mixed(patients=2))
    assert [path.name for path in tmp_path.iterdir()] == ["predictions.csv"]


def test_a_table_inside_the_folder_is_refused_also_through_a_link(tmp_path):
    (tmp_path / "out" / "deeper").mkdir(parents=True)
    inside = tmp_path / "out" / "deeper" / "mine.csv"
    inside.write_bytes(b"mine")
    os.symlink(tmp_path / "out", tmp_path / "link")
    for path in (tmp_path / "out", tmp_path / "link"):
        with pytest.raises(UsageError, match="written anew"):
            OutputFolder(path, DRIFT).refuse_inside(tmp_path / "other.csv", inside)
    OutputFolder(tmp_path / "elsewhere", DRIFT).refuse_inside(inside)
