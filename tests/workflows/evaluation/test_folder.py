"""The folder of an evaluation: what is ours is replaced, what is yours is kept."""

import json
import os

import pytest

from condyle.errors import OutputError
from condyle.workflows.evaluation.folder import EvaluationFolder, picture_name

OURS = (
    "predictions.csv",
    "metrics.json",
    "metrics.csv",
    "report.html",
    "report.pdf",
    "overlay-case-1.png",
    "comparison.json",
    "comparison.csv",
    "cohort.csv",
    "checklist-claim.md",
    "drift.json",
    ".unfinished",
)


@pytest.mark.parametrize("name", OURS)
def test_a_file_of_an_earlier_evaluation_is_taken_out(tmp_path, name):
    (tmp_path / name).write_bytes(b"old")
    EvaluationFolder(tmp_path).prepare()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["thesis.docx", "report.html.bak", "my-predictions.csv", "metrics.xlsx", "overlay-.exe"]
)
def test_anything_else_is_kept_and_stops_the_work(tmp_path, name):
    (tmp_path / name).write_bytes(b"mine")
    (tmp_path / "report.html").write_bytes(b"old")
    with pytest.raises(OutputError, match="nothing of yours is lost"):
        EvaluationFolder(tmp_path).prepare()
    assert {path.name for path in tmp_path.iterdir()} == {name, "report.html"}


def test_the_figures_are_taken_out_with_their_folder(tmp_path):
    figures = tmp_path / "figures"
    figures.mkdir()
    for name in ("t-roc.svg", "t-roc.png", ".unfinished"):
        (figures / name).write_bytes(b"old")
    EvaluationFolder(tmp_path).prepare()
    assert not figures.exists()


@pytest.mark.parametrize("name", ["photo.jpg", "notes.txt", "t roc.svg"])
def test_a_figures_folder_with_anything_else_is_kept(tmp_path, name):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / name).write_bytes(b"mine")
    with pytest.raises(OutputError):
        EvaluationFolder(tmp_path).prepare()
    assert (tmp_path / "figures" / name).read_bytes() == b"mine"


def test_a_link_called_figures_is_not_followed(tmp_path):
    elsewhere, out = tmp_path / "elsewhere", tmp_path / "out"
    elsewhere.mkdir()
    out.mkdir()
    (elsewhere / "a.svg").write_bytes(b"mine")
    os.symlink(elsewhere, out / "figures")
    with pytest.raises(OutputError):
        EvaluationFolder(out).prepare()
    assert (elsewhere / "a.svg").exists()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_bytes(b"mine")
    with pytest.raises(OutputError) as refused:
        EvaluationFolder(tmp_path / "out").prepare()
    assert refused.value.found == "a file of that name"


def test_files_are_written_whole_also_into_the_figures(tmp_path):
    folder = EvaluationFolder(tmp_path / "out")
    folder.prepare()
    folder.write_files({"report.html": b"page", "figures/a.svg": b"<svg/>"})
    assert (tmp_path / "out" / "report.html").read_bytes() == b"page"
    assert (tmp_path / "out" / "figures" / "a.svg").read_bytes() == b"<svg/>"
    assert not list((tmp_path / "out").rglob(".unfinished"))


def test_a_folder_that_has_gone_is_an_error_of_four_parts(tmp_path):
    folder = EvaluationFolder(tmp_path / "out" / "deeper")
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


def test_metrics_of_a_table_have_no_bundle_and_their_tasks(tmp_path):
    folder = EvaluationFolder(tmp_path)
    folder.write_metrics(
        None, patients=9, in_sample=2, metrics=None, reason=None, tasks=[{"name": "t"}]
    )
    document = json.loads((tmp_path / "metrics.json").read_text())
    assert document == {
        "schema": "condyle.evaluation/1",
        "bundle": None,
        "patients": 9,
        "in_sample": 2,
        "out_of_sample": 7,
        "figures": None,
        "reason": None,
        "tasks": [{"name": "t"}],
    }


def test_metrics_without_pages_say_nothing_of_tasks(tmp_path):
    EvaluationFolder(tmp_path).write_metrics(
        None, patients=1, in_sample=1, metrics=None, reason="why"
    )
    document = json.loads((tmp_path / "metrics.json").read_text())
    assert "tasks" not in document and document["reason"] == "why"
