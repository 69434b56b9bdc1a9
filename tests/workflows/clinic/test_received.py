"""What an uploaded file is, told by its bytes, and its name taken apart without being opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from condyle.archive.objects import ObjectStore, Stored
from condyle.dicom.instance_facts import instance_facts
from condyle.errors import UnsafeInput
from condyle.sources import Limits
from condyle.workflows.clinic.received import Asked, SentFile, kind_of, new_instance, pieces_of

from .brought import mr, picture, written, zipped


def sent(tmp_path: Path, name: str, content: bytes) -> SentFile:
    store = ObjectStore(tmp_path / "objects")
    stored = store.put(content)
    return SentFile(7, name, stored, store.path(stored.sha256))


@pytest.mark.parametrize(
    ("name", "last", "folder"),
    [
        ("a.dcm", "a.dcm", ""),
        ("study/series/a.dcm", "a.dcm", "study"),
        ("study\\a.dcm", "a.dcm", "study"),
        ("../../a", "a", ".."),
        ("/etc/passwd", "passwd", ""),
    ],
)
def test_a_name_is_taken_apart(tmp_path: Path, name: str, last: str, folder: str) -> None:
    file = sent(tmp_path, name, b"x")
    assert (file.last_name, file.folder) == (last, folder)


def test_a_name_is_in_no_words_for_the_file(tmp_path: Path) -> None:
    assert "Jane" not in repr(sent(tmp_path, "Doe Jane.dcm", b"x"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [(written(mr()), "dicom"), (picture(1), "picture"), (b"a text" * 50, ""), (b"", "")],
)
def test_what_a_file_is_follows_from_its_bytes(tmp_path: Path, content: bytes, kind: str) -> None:
    for name in ("x.dcm", "x.png", "x"):
        with pieces_of(sent(tmp_path, name, content), Limits()) as (pieces, left_out):
            assert [kind_of(piece.file) for piece in pieces] == [kind] and left_out == 0


def test_a_piece_of_a_plain_file_is_the_stored_file_under_a_label_of_ours(tmp_path: Path) -> None:
    file = sent(tmp_path, "Doe Jane/T2 sag.PNG", picture(1))
    with pieces_of(file, Limits()) as ((piece,), _):
        assert piece.stored == file.stored and piece.file.path == file.path
        assert (piece.file.label, piece.file.stem, piece.file.suffix) == (
            "file-7.png",
            "T2-sag",
            ".png",
        )


def test_the_pieces_of_a_zip_lie_elsewhere_and_go_away(tmp_path: Path) -> None:
    file = sent(tmp_path, "a.zip", zipped(**{"1.dcm": written(mr()), "empty": b""}))
    with pieces_of(file, Limits()) as (pieces, left_out):
        paths = [piece.file.path for piece in pieces]
        assert len(paths) == 1 and left_out == 1 and paths[0].is_file()
        assert pieces[0].stored is None and tmp_path / "objects" not in paths[0].parents
    assert not paths[0].exists()


def test_a_document_that_is_a_zip_inside_is_not_opened(tmp_path: Path) -> None:
    assert not sent(tmp_path, "report.docx", zipped(a=b"x")).is_archive()
    assert sent(tmp_path, "no ending", zipped(a=b"x")).is_archive()


def test_a_zip_over_the_limits_is_unsafe(tmp_path: Path) -> None:
    file = sent(tmp_path, "a.zip", zipped(a=b"1", b=b"2"))
    with pytest.raises(UnsafeInput), pieces_of(file, Limits(files=1)):
        pass


def test_facts_become_what_the_archive_stores(tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(written(mr(BodyPartExamined="ANKLE", PatientBirthDate="19800203")))
    facts = instance_facts(path)
    new = new_instance(facts, Stored("0" * 64, 9), Asked(1, ("implant",)))
    assert (new.uid, new.series.uid, new.study.uid) == (
        facts.uid,
        facts.series.uid,
        facts.study.uid,
    )
    assert (new.study.anatomy, new.study.priority_rank) == ("ankle", 1)
    assert new.study.exclusions == ("implant",) and new.study.source == "upload"
    assert new.patient.birth_date == facts.patient.birth_date and new.patient.name == "Doe^Jane"
    assert new.frames_at == [facts.frames_at[0][0]] and new.derived_from is None
