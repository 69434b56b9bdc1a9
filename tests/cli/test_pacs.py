"""``condyle pacs`` against a real PACS: found, fetched, sent, and told in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import update
from tests.cli.conftest import Command
from tests.dicom.network.made import NAMES, STUDY, a_study, as_bytes, instance, write
from tests.running_orthanc import RunningOrthanc, free_ports

from condyle.archive.network_tables import Outgoing
from condyle.archive.results_out import ask_results, end_due
from condyle.service.opening import open_archive
from condyle.service.settings import Settings
from condyle.workflows.pacs.outbox import put_study
from condyle.workflows.pacs.store_contents import store_contents


@pytest.fixture
def peers(orthanc: RunningOrthanc, tmp_path: Path) -> Path:
    path = tmp_path / "pacs.yaml"
    path.write_text(
        f"""
        peers:
          pacs: {{title: {orthanc.title}, host: 127.0.0.1, port: {orthanc.port}}}
          web: {{url: "{orthanc.web}"}}
        """
    )
    return path


@pytest.mark.needs("orthanc")
@pytest.mark.parametrize("peer", ["pacs", "web"])
def test_a_study_goes_out_is_found_and_comes_back_once(
    condyle: Command, peers: Path, tmp_path: Path, peer: str
) -> None:
    paths = write(tmp_path / "study", a_study())
    (tmp_path / "study" / "notes.txt").write_text("no DICOM")
    out = tmp_path / "out"

    assert condyle("pacs", "echo", peer, "--peers", peers).status == 0
    sent = condyle("pacs", "send", peer, tmp_path / "study", "--peers", peers)
    found = condyle("pacs", "find", peer, "--name", "Example*", "--peers", peers)
    got = condyle("pacs", "get", peer, STUDY, "--out", out, "--peers", peers)
    again = condyle("pacs", "get", peer, STUDY, "--out", out, "--peers", peers)

    assert f"{len(paths)} stored at '{peer}', 0 not; 1 files are no DICOM." in sent.out
    assert STUDY in found.out and "Knee MR" in found.out
    assert "6 fetched, 0 here before" in got.out
    assert "0 fetched, 6 here before" in again.out
    assert len(list(out.rglob("*.dcm"))) == len(paths)
    assert not list(out.rglob("*.part"))


@pytest.mark.needs("orthanc")
def test_what_is_missing_after_a_retrieval_was_cut_off_is_fetched_and_nothing_else(
    condyle: Command, peers: Path, orthanc: RunningOrthanc, tmp_path: Path
) -> None:
    for one in a_study():
        orthanc.store(as_bytes(one))
    out = tmp_path / "out"
    condyle("pacs", "get", "pacs", STUDY, "--out", out, "--peers", peers)
    files = sorted(out.rglob("*.dcm"))
    kept = files[0].stat().st_mtime_ns
    for path in files[1:3]:
        path.unlink()

    again = condyle("pacs", "get", "pacs", STUDY, "--out", out, "--peers", peers)

    assert "2 fetched, 4 here before" in again.out
    assert files[0].stat().st_mtime_ns == kept
    assert sorted(out.rglob("*.dcm")) == files


@pytest.mark.needs("orthanc")
def test_answers_as_json_hold_names_in_their_script(
    condyle: Command, peers: Path, orthanc: RunningOrthanc
) -> None:
    charset, name = NAMES["Japanese"]
    one = instance(1, PatientName="")
    one.SpecificCharacterSet = charset.split("\\")
    one.PatientName = name
    orthanc.store(as_bytes(one))

    studies = json.loads(condyle("pacs", "find", "pacs", "--json", "--peers", peers).out)
    series = condyle("pacs", "find", "pacs", "--study", STUDY, "--json", "--peers", peers)

    assert [one["patient_name"] for one in studies] == [name]
    assert [one["description"] for one in json.loads(series.out)] == ["PD sag"]


@pytest.mark.needs("orthanc")
def test_nothing_found_is_said_and_a_study_that_is_not_there_is_no_fault_of_ours(
    condyle: Command, peers: Path, tmp_path: Path
) -> None:
    found = condyle("pacs", "find", "pacs", "--peers", peers)
    got = condyle("pacs", "get", "pacs", "2.25.9", "--out", tmp_path / "x", "--peers", peers)

    assert found.out == "0 found.\n"
    assert got.status == 2
    assert len(got.error_lines) == 4


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_peer_that_is_down_is_told_in_four_lines(condyle: Command, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    path = tmp_path / "pacs.yaml"
    path.write_text(f"peers: {{pacs: {{title: X, host: 127.0.0.1, port: {port}, timeout_s: 2}}}}")

    outcome = condyle("pacs", "echo", "pacs", "--peers", path)

    assert outcome.status == 2
    assert len(outcome.error_lines) == 4


@pytest.mark.parametrize(
    "arguments",
    [
        ("get", "pacs", "1.2"),
        ("get", "pacs", "1.2", "--out", "x", "--archive"),
        ("get", "pacs", "../1", "--out", "x"),
        ("find", "pacs", "--date", "yesterday"),
        ("find", "nobody"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_asked(
    condyle: Command, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    path = tmp_path / "pacs.yaml"
    path.write_text("peers: {pacs: {title: X, host: 127.0.0.1, port: 1}}")

    outcome = condyle("pacs", *arguments, "--peers", path)

    assert outcome.status == 2
    assert outcome.error_lines
    assert not outcome.out


def test_which_rule_matches_is_explained_and_nothing_is_done(
    condyle: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONDYLE_HOME", str(tmp_path / "home"))
    write(tmp_path / "study", a_study())
    rules = tmp_path / "routing.yaml"
    rules.write_text(
        "rules: [{name: ours, when: {calling: [A]}, then: {bundles: [lumbar-grading]}},"
        " {name: rest, then: {bundles: none, results: {pacs: [sr, seg]}, stop: true}},"
        " {name: never, then: {bundles: all}}]"
    )

    peers = tmp_path / "pacs.yaml"
    peers.write_text("peers: {pacs: {title: X, host: 127.0.0.1, port: 1}}")
    asked = ("pacs", "explain", tmp_path / "study", "--rules", rules, "--peers", peers)

    ours = condyle(*asked, "--calling", "A")
    none = condyle("pacs", "explain", tmp_path / "study")
    told = condyle(*asked, "--json")

    assert "ours: matches: calling 'A' is 'A'." in ours.out
    assert "never: not looked at: 'rest' stopped before it." in ours.out
    assert "Read by: no bundle." in ours.out
    assert "Once a report is signed: seg, sr to pacs." in ours.out
    assert "There are no rules." in none.out
    assert "Once a report is signed: nothing goes out by itself." in none.out
    assert json.loads(told.out)["results"] == {"pacs": ["seg", "sr"]}
    assert [one["matched"] for one in json.loads(told.out)["rules"]] == [False, True, None]


def test_the_outbox_tells_results_that_are_not_made_or_withdrawn(
    condyle: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONDYLE_HOME", str(tmp_path / "home"))
    condyle("pacs", "outbox")
    archive = open_archive(Settings(home=tmp_path / "home"))
    outcomes = store_contents(archive, [as_bytes(one) for one in a_study()], source="pacs")
    study, at = outcomes[0].study_id, archive.clock()
    put_study(archive, study, "pacs")
    with archive.database.write() as session:
        for _ in range(2):
            ask_results(session, study, "signed", at=at)
        session.execute(update(Outgoing).where(Outgoing.id < 3).values(state="withdrawn"))
    with archive.database.write() as session:
        end_due(session, 1, "refused", "a study that no bundle has read", at=at)
    archive.database.close()

    assert condyle("pacs", "outbox").out.splitlines() == [
        "pacs: 4 wait, 0 stored, 0 refused, 2 withdrawn.",
        f"Results of study {study} do not go out: a study that no bundle has read.",
        "Signed, and not made yet: 1.",
    ]


def test_an_empty_outbox_says_so(
    condyle: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONDYLE_HOME", str(tmp_path / "home"))

    assert condyle("pacs", "outbox").out == "Nothing waits.\n"
