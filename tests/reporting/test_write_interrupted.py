"""Whatever stops a report on its way to the disk, an earlier one stays as it was."""

import errno
import getpass
import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from condyle.errors import OutputError
from condyle.reporting import write as write_module
from condyle.reporting import write_report
from condyle.reporting.write import report_files


@pytest.fixture(scope="module")
def small(made_up):
    """The made-up report with one disc and no picture, which is quick to write."""
    return replace(made_up, findings=made_up.findings[:8], views=())


@pytest.fixture(scope="module")
def other(small):
    """Another report with fewer files, so that a mixture of both is seen."""
    series = tuple(replace(s, labelmap=None) for s in small.series)
    return replace(small, series=series, software_version="9.9.9")


@pytest.fixture(autouse=True)
def _rendered_once(monkeypatch, small, other, rendered):
    """Setting the pages is no matter of these tests."""
    monkeypatch.setattr(
        write_module, "report_files", lambda report, language: dict(rendered[report is other])
    )


@pytest.fixture(scope="module")
def rendered(small, other):
    return {False: report_files(small), True: report_files(other)}


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*"))}


class Stopped:
    """Stands for ``os.replace`` and stops at the nth call."""

    def __init__(self, at: int, error: BaseException):
        self.left, self.error, self.replace = at, error, os.replace

    def __call__(self, source, target):
        if self.left == 0:
            raise self.error
        self.left -= 1
        self.replace(source, target)


@pytest.mark.parametrize("at", range(7))
@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left")])
def test_a_stop_at_any_move_puts_the_earlier_report_back(
    small, other, tmp_path, monkeypatch, at, error
):
    out = tmp_path / "out"
    write_report(small, out)
    before = content(out)
    monkeypatch.setattr(write_module.os, "replace", Stopped(at, error))
    with pytest.raises((KeyboardInterrupt, OutputError)):
        write_report(other, out)
    assert content(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    monkeypatch.undo()


@pytest.mark.parametrize("at", range(4))
def test_a_stop_at_any_move_leaves_an_empty_folder_empty(small, tmp_path, monkeypatch, at):
    monkeypatch.setattr(write_module.os, "replace", Stopped(at, KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        write_report(small, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("existing", [True, False])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left")])
def test_a_stop_while_a_file_is_written_leaves_nothing(
    small, other, tmp_path, monkeypatch, existing, error
):
    out = tmp_path / "out"
    before = {}
    if existing:
        write_report(small, out)
        before = content(out)
    written = Path.write_bytes

    def half(self, data):
        written(self, data[: len(data) // 2])
        if self.name == "report.pdf":
            raise error

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises((KeyboardInterrupt, OutputError)):
        write_report(other, out)
    assert (content(out) if existing else content(tmp_path)) == before


def test_after_a_stop_the_report_can_be_written(small, other, tmp_path, monkeypatch, rendered):
    out = tmp_path / "out"
    write_report(small, out)
    with monkeypatch.context() as stopped:
        stopped.setattr(write_module.os, "replace", Stopped(4, KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            write_report(other, out)
    write_report(other, out)
    assert content(out) == dict(sorted(rendered[True].items()))


def test_a_folder_of_a_name_of_ours_is_not_taken_for_a_file(small, tmp_path):
    write_report(small, tmp_path)
    (tmp_path / "overlay-mine.png").mkdir()
    (tmp_path / "overlay-mine.png" / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError) as caught:
        write_report(small, tmp_path)
    assert "1 files or folders" in caught.value.found
    assert (tmp_path / "overlay-mine.png" / "thesis.txt").read_text() == "mine"
    assert (tmp_path / "report.json").is_file()


@pytest.mark.parametrize("name", ["x" * 300, "file.txt/out", "file.txt/a/b"])
def test_a_place_that_can_hold_no_folder_is_said_so(small, tmp_path, name):
    (tmp_path / "file.txt").write_text("mine")
    with pytest.raises(OutputError) as caught:
        write_report(small, tmp_path / name)
    assert caught.value.exit_status == 2
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


def test_a_folder_that_cannot_be_listed_is_said_so(small, tmp_path, monkeypatch):
    def refused(self):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(OutputError) as caught:
        write_report(small, tmp_path)
    assert caught.value.found == "Permission denied"
    assert str(tmp_path) not in "\n".join(caught.value.lines())


def test_a_link_to_a_folder_is_written_through_and_stays_a_link(small, other, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    write_report(small, tmp_path / "link")
    write_report(other, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert "report.json" in content(tmp_path / "real")


def test_a_link_inside_an_earlier_report_is_replaced_and_its_target_is_not(small, tmp_path):
    write_report(small, tmp_path / "out")
    (tmp_path / "mine.html").write_text("mine")
    (tmp_path / "out" / "report.html").unlink()
    (tmp_path / "out" / "report.html").symlink_to(tmp_path / "mine.html")
    write_report(small, tmp_path / "out")
    assert (tmp_path / "mine.html").read_text() == "mine"
    assert not (tmp_path / "out" / "report.html").is_symlink()


def test_no_file_of_a_report_names_the_machine_its_user_or_a_path(rendered):
    told = {str(Path.home()), str(Path.cwd()), socket.gethostname(), "/tmp/", "/usr/"}
    if len(getpass.getuser()) > 4:
        told.add(getpass.getuser())
    for name, data in rendered[False].items():
        for secret in told - {"", "localhost", "/"}:
            assert secret.encode() not in data, f"{name} holds {secret}"
