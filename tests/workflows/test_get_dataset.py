"""A public data set, fetched or brought by hand."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from condyle.cli import main
from condyle.datasets.public_sets import (
    PUBLIC_SETS,
    PublicFile,
    PublicSet,
    expected_files,
    licence_text,
    public_set,
)
from condyle.domain.progress import Progress
from condyle.errors import DatasetError, OutputError, UnknownName, UnsafeInput
from condyle.workflows.get_dataset import get_dataset

TABLE = b"patient,grade\n1,2\n"


def zipped(*names: str, content: bytes = b"voxels") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name in names:
            made.writestr(name, content + name.encode())
    return stream.getvalue()


FILES = {
    "table.csv": TABLE,
    "images.zip": zipped("images/1_t1.mha", "images/2_t1.mha", "__MACOSX/images/._1_t1.mha"),
    "masks.zip": zipped("1_t1.mha", "2_t1.mha"),
}


def record_of(files: dict[str, bytes], address: str, **change: Any) -> dict[str, Any]:
    """A record in the form that the host gives."""
    entries = [
        {
            "key": name,
            "size": len(content),
            "checksum": f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}",
            "links": {"self": f"{address}/files/{name}/content"},
        }
        for name, content in files.items()
    ]
    return {"metadata": {"license": {"id": "cc-by-4.0"}}, "files": entries, **change}


def made_set(address: str, **change: Any) -> PublicSet:
    made = PublicSet(
        name="made",
        title="A made set",
        holds="Nothing real.",
        record=f"{address}/record",
        page=f"{address}/page",
        files=tuple(PublicFile(name, 1 << 20) for name in FILES),
        licence="CC BY 4.0",
        licence_id="cc-by-4.0",
        licence_url="https://creativecommons.org/licenses/by/4.0/legalcode",
        terms="Name the authors.",
        citation="Nobody, 2024.",
    )
    return replace(made, **change)


class Host:
    """A host of one set."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.files = dict(FILES)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                if self.path == "/record":
                    content: bytes | None = json.dumps(outer.record).encode()
                else:
                    content = outer.files.get(self.path.split("/")[2])
                self.send_response(200 if content is not None else 404)
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.record = record_of(FILES, self.address)

    def sets(self, **change: Any) -> dict[str, PublicSet]:
        return {"made": made_set(self.address, **change)}


@pytest.fixture
def host() -> Any:
    made = Host()
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def tree_of(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


WHOLE = [
    "LICENCE.txt",
    "images/1_t1.mha",
    "images/2_t1.mha",
    "masks/1_t1.mha",
    "masks/2_t1.mha",
    "source.json",
    "table.csv",
]


def test_a_set_is_fetched_checked_and_unpacked_with_its_licence(host: Host, tmp_path: Path) -> None:
    out = get_dataset("made", out=tmp_path / "out", sets=host.sets())
    assert tree_of(out) == WHOLE
    assert (out / "images" / "1_t1.mha").read_bytes() == b"voxelsimages/1_t1.mha"
    licence = (out / "LICENCE.txt").read_text()
    assert "CC BY 4.0" in licence and "Nobody, 2024." in licence
    source = json.loads((out / "source.json").read_text())
    assert source["files"]["table.csv"]["sha256"] == hashlib.sha256(TABLE).hexdigest()
    assert source["files"]["images.zip"]["files"] == 2
    assert source["licence"] == "CC BY 4.0"


def test_a_second_run_fetches_nothing_again(host: Host, tmp_path: Path) -> None:
    get_dataset("made", out=tmp_path, sets=host.sets())
    host.asked.clear()
    before = (tmp_path / "source.json").read_bytes()
    get_dataset("made", out=tmp_path, sets=host.sets())
    assert host.asked == ["/record"]
    assert (tmp_path / "source.json").read_bytes() == before


def test_what_was_taken_away_is_fetched_again(host: Host, tmp_path: Path) -> None:
    get_dataset("made", out=tmp_path, sets=host.sets())
    (tmp_path / "table.csv").unlink()
    host.asked.clear()
    get_dataset("made", out=tmp_path, sets=host.sets())
    assert host.asked == ["/record", "/files/table.csv/content"]
    assert tree_of(tmp_path) == WHOLE


def test_a_run_that_was_stopped_goes_on_with_what_is_missing(host: Host, tmp_path: Path) -> None:
    def stop(step: Progress) -> None:
        if step.stage == "unpack images.zip":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get_dataset("made", out=tmp_path, sets=host.sets(), progress=stop)
    assert tree_of(tmp_path) == ["LICENCE.txt", "images.zip", "source.json", "table.csv"]
    host.asked.clear()
    get_dataset("made", out=tmp_path, sets=host.sets())
    assert host.asked == ["/record", "/files/masks.zip/content"]
    assert tree_of(tmp_path) == WHOLE


@pytest.fixture
def brought(tmp_path: Path) -> Path:
    """The files as somebody brings them on a disk, with the record."""
    folder = tmp_path / "disk"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    record = record_of(FILES, "http://127.0.0.1:9")
    (folder / "record.json").write_text(json.dumps(record))
    return folder


OFFLINE = {"made": made_set("http://127.0.0.1:9")}


def test_files_that_were_brought_are_checked_and_left_as_they_are(
    brought: Path, tmp_path: Path
) -> None:
    out = get_dataset("made", out=tmp_path / "out", brought=brought, sets=OFFLINE)
    assert tree_of(out) == WHOLE
    assert tree_of(brought) == sorted([*FILES, "record.json"])


def test_a_folder_may_be_unpacked_where_it_was_brought(brought: Path) -> None:
    get_dataset("made", out=brought, brought=brought, sets=OFFLINE)
    assert tree_of(brought) == sorted([*WHOLE, "images.zip", "masks.zip", "record.json"])


def test_a_brought_file_that_is_another_is_refused(brought: Path, tmp_path: Path) -> None:
    (brought / "images.zip").write_bytes(FILES["images.zip"][:-1] + b"x")
    with pytest.raises(DatasetError, match=r"images.zip is not the published file"):
        get_dataset("made", out=tmp_path / "out", brought=brought, sets=OFFLINE)


def test_a_brought_folder_that_lacks_a_file_says_where_it_is(brought: Path, tmp_path: Path) -> None:
    (brought / "masks.zip").unlink()
    with pytest.raises(DatasetError) as refused:
        get_dataset("made", out=tmp_path / "out", brought=brought, sets=OFFLINE)
    assert refused.value.found == "no masks.zip"
    assert "http://127.0.0.1:9/files/masks.zip/content" in refused.value.mend


def test_a_folder_that_is_not_there_is_said_before_any_host_is_asked(
    host: Host, tmp_path: Path
) -> None:
    with pytest.raises(DatasetError) as refused:
        get_dataset("made", out=tmp_path, brought=tmp_path / "none", sets=host.sets())
    assert refused.value.found == "no folder where --from says"
    assert refused.value.needed == "a folder with table.csv, images.zip, masks.zip"
    assert not host.asked


def test_a_record_that_cannot_be_understood_is_refused(brought: Path, tmp_path: Path) -> None:
    (brought / "record.json").write_bytes(b"<html>\xff</html>")
    with pytest.raises(DatasetError, match="not what it was"):
        get_dataset("made", out=tmp_path / "out", brought=brought, sets=OFFLINE)
    assert not (tmp_path / "out").exists()


def test_a_run_with_a_copy_goes_on_where_one_by_network_stopped(
    host: Host, brought: Path, tmp_path: Path
) -> None:
    del host.files["masks.zip"]
    with pytest.raises(DatasetError, match="answer 404"):
        get_dataset("made", out=tmp_path / "out", sets=host.sets())
    get_dataset("made", out=tmp_path / "out", brought=brought, sets=OFFLINE)
    assert tree_of(tmp_path / "out") == WHOLE


def test_files_without_record_and_without_network_say_how_to_bring_it(
    brought: Path, tmp_path: Path
) -> None:
    (brought / "record.json").unlink()
    with pytest.raises(DatasetError, match="cannot be checked") as refused:
        get_dataset("made", out=tmp_path / "out", brought=brought, sets=OFFLINE)
    assert "record.json" in refused.value.mend


def test_brought_files_take_the_record_from_the_host_where_it_is_not_beside_them(
    host: Host, brought: Path, tmp_path: Path
) -> None:
    (brought / "record.json").unlink()
    get_dataset("made", out=tmp_path / "out", brought=brought, sets=host.sets())
    assert host.asked == ["/record"]


def bad_records(address: str) -> list[tuple[Any, str]]:
    good = record_of(FILES, address)

    def with_file(**change: Any) -> dict[str, Any]:
        return {**good, "files": [{**good["files"][0], **change}, *good["files"][1:]]}

    return [
        ([], "another form than expected"),
        ({**good, "metadata": {}}, "another form than expected"),
        ({**good, "metadata": {"license": {"id": "cc-by-nc-4.0"}}}, "the licence 'cc-by-nc-4.0'"),
        ({**good, "files": good["files"][1:]}, "no file table.csv"),
        (with_file(checksum="sha1:abc"), "no MD5 checksum of table.csv"),
        (with_file(size=10**12), "1,000,000,000,000 bytes as the size of table.csv"),
        (with_file(size=0), "0 bytes as the size of table.csv"),
        (with_file(size="many"), "another form than expected"),
        (with_file(size=float("inf")), "another form than expected"),
        (with_file(links={"self": "http://[1"}), "another form than expected"),
        (
            with_file(links={"self": "https://example.org/table.csv"}),
            "an address of table.csv at another host",
        ),
    ]


@pytest.mark.parametrize("number", range(11))
def test_a_record_that_is_not_what_it_was_is_refused(number: int) -> None:
    record, found = bad_records("http://127.0.0.1:9")[number]
    with pytest.raises(DatasetError) as refused:
        expected_files(OFFLINE["made"], json.dumps(record).encode())
    assert refused.value.found == found


def test_a_checksum_that_is_known_must_be_that_of_the_record() -> None:
    record = json.dumps(record_of(FILES, "http://127.0.0.1:9")).encode()
    right = hashlib.md5(TABLE, usedforsecurity=False).hexdigest()
    for md5, fits in ((right, True), ("0" * 32, False)):
        known = replace(OFFLINE["made"], files=(PublicFile("table.csv", 1 << 20, md5),))
        if fits:
            assert expected_files(known, record)["table.csv"].md5 == right
        else:
            with pytest.raises(DatasetError, match="another checksum"):
                expected_files(known, record)


def test_a_hostile_zip_writes_nothing(host: Host, tmp_path: Path) -> None:
    host.files["images.zip"] = zipped("../outside.txt")
    host.record = record_of(host.files, host.address)
    with pytest.raises(UnsafeInput, match="images.zip"):
        get_dataset("made", out=tmp_path / "out", sets=host.sets())
    assert not (tmp_path / "outside.txt").exists()
    assert "images" not in [path.name for path in (tmp_path / "out").iterdir()]


def test_a_zip_that_is_damaged_as_published_is_named(host: Host, tmp_path: Path) -> None:
    host.files["images.zip"] = b"PK\x03\x04 and no more"
    host.record = record_of(host.files, host.address)
    with pytest.raises(DatasetError, match=r"images.zip cannot be unpacked"):
        get_dataset("made", out=tmp_path, sets=host.sets())


def test_a_file_of_a_zip_that_is_damaged_is_not_left_empty(host: Host, tmp_path: Path) -> None:
    whole = zipped("a.mha", "b.mha", content=b"many voxels")
    host.files["images.zip"] = whole.replace(b"many voxelsb", b"many voxelsX", 1)
    host.record = record_of(host.files, host.address)
    with pytest.raises(OutputError, match=r"images.zip was not unpacked"):
        get_dataset("made", out=tmp_path, sets=host.sets())
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["LICENCE.txt", "images.zip", "source.json", "table.csv"]


def test_files_without_a_shared_folder_and_windows_paths_keep_their_places(
    host: Host, tmp_path: Path
) -> None:
    host.files["images.zip"] = zipped("t1/1.mha", "t2/1.mha", "readme.txt")
    host.files["masks.zip"] = zipped("masks\\t1\\1.mha", "masks\\t2\\1.mha")
    host.record = record_of(host.files, host.address)
    out = get_dataset("made", out=tmp_path, sets=host.sets())
    assert tree_of(out / "images") == ["readme.txt", "t1/1.mha", "t2/1.mha"]
    assert tree_of(out / "masks") == ["t1/1.mha", "t2/1.mha"]


def test_masks_that_are_nearly_empty_are_no_bomb(host: Host, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("1_t1.mha", bytes(12 << 20))
    host.files["masks.zip"] = stream.getvalue()
    host.record = record_of(host.files, host.address)
    out = get_dataset("made", out=tmp_path, sets=host.sets())
    assert (out / "masks" / "1_t1.mha").stat().st_size == 12 << 20


def test_what_an_earlier_run_left_of_unpacking_is_taken_away(host: Host, tmp_path: Path) -> None:
    (tmp_path / ".images-raw").mkdir()
    (tmp_path / ".images-raw" / "000000").write_text("old")
    (tmp_path / ".images-unpacking").mkdir()
    get_dataset("made", out=tmp_path, sets=host.sets())
    assert tree_of(tmp_path) == WHOLE


def test_progress_tells_of_fetching_checking_and_unpacking(host: Host, tmp_path: Path) -> None:
    steps: list[Progress] = []
    get_dataset("made", out=tmp_path, sets=host.sets(), progress=steps.append)
    stages = list(dict.fromkeys(step.stage for step in steps))
    assert stages[:2] == ["get table.csv", "check table.csv"]
    assert "unpack images.zip" in stages
    last = [step for step in steps if step.stage == "unpack masks.zip"][-1]
    assert (last.done, last.total, last.detail) == (2, 2, "files")


def test_a_host_that_answers_with_something_else_is_refused(host: Host, tmp_path: Path) -> None:
    host.files["table.csv"] = b"<html>come back later</html>"
    with pytest.raises(DatasetError, match="more bytes than its record states"):
        get_dataset("made", out=tmp_path, sets=host.sets())
    host.files["table.csv"] = TABLE[::-1]
    with pytest.raises(DatasetError, match="not the published file"):
        get_dataset("made", out=tmp_path, sets=host.sets())
    assert "table.csv" not in tree_of(tmp_path)


def test_a_folder_of_somebody_elses_is_not_written_into(host: Host, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    with pytest.raises(OutputError, match=r"images.zip was not unpacked"):
        get_dataset("made", out=tmp_path, sets=host.sets())
    (tmp_path / "source.json").write_text('{"schema": "condyle.data-source/1", "name": "other"}')
    with pytest.raises(OutputError, match="holds another data set"):
        get_dataset("made", out=tmp_path, sets=host.sets())


def test_too_little_room_is_said_before_anything_is_fetched(host: Host, tmp_path: Path) -> None:
    host.record["files"][1]["size"] = 1 << 60
    large = host.sets(files=(PublicFile("images.zip", 1 << 61),))
    with pytest.raises(OutputError, match="too little room"):
        get_dataset("made", out=tmp_path / "out", sets=large)
    assert host.asked == ["/record"]


def test_an_unknown_set_lists_those_that_there_are() -> None:
    with pytest.raises(UnknownName, match="spider"):
        public_set("mrnet")


def test_every_set_is_fetched_by_https_and_tells_its_licence() -> None:
    for name, one in PUBLIC_SETS.items():
        assert one.name == name
        assert one.record.startswith("https://") and one.page.startswith("https://")
        assert one.licence in licence_text(one) and one.citation in licence_text(one)
        assert one.licence_id.startswith("cc-by")


def test_the_verb_shows_the_licence_and_takes_a_copy_brought_by_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    files = {one.name: FILES.get(one.name, TABLE) for one in PUBLIC_SETS["spider"].files}
    for name, content in files.items():
        (disk / name).write_bytes(content)
    (disk / "record.json").write_text(json.dumps(record_of(files, "https://zenodo.org")))
    out = tmp_path / "spider"
    arguments = ["data", "get", "spider", "--out", str(out), "--from", str(disk)]
    assert main(arguments) == 0
    shown = capsys.readouterr().out
    assert "CC BY 4.0" in shown and "10.1038/s41597-024-03090-w" in shown
    assert (out / "images" / "2_t1.mha").is_file()


def test_ctrl_c_says_that_the_same_command_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(name: str, **_: object) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr("condyle.workflows.get_dataset.get_dataset", stopped)
    assert main(["data", "get", "spider", "--out", str(tmp_path)]) == 130
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "Getting the data was stopped."
    assert "run the same command to go on" in told[-1]


def test_the_verb_refuses_an_unknown_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "get", "nothing", "--out", "x"]) == 2
    assert "one of: spider" in capsys.readouterr().err
