"""What ``condyle pacs`` prints, and its exit status, for whatever a peer answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from tests.cli.conftest import Command
from tests.dicom.network.made import STUDY, a_study, as_bytes, instance, write

from condyle.dicom.network.found import Filters, FoundInstance, FoundSeries, FoundStudy
from condyle.dicom.network.outgoing import Outgoing, Sent, Tell
from condyle.dicom.network.part10 import Received
from condyle.dicom.network.peer import DimsePeer, Peer
from condyle.errors import PeerError

KNEE = FoundStudy(
    "1.2.3", "P-1", "Example^Ana", "19700504", "20240131", "A1", "Knee", ("MR", "SR"), 2, 42
)


@dataclass
class Pacs:
    """A PACS that answers what a test says, and what it was asked."""

    studies: list[FoundStudy] = field(default_factory=list)
    series: list[FoundSeries] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    kept_back: set[str] = field(default_factory=set)
    answers: dict[str, Sent] = field(default_factory=dict)
    asked: list[Any] = field(default_factory=list)

    def find_studies(self, peer: Peer, filters: Filters, limit: int) -> list[FoundStudy]:
        self.asked.append((peer, filters, limit))
        return list(self.studies)

    def find_series(self, peer: Peer, filters: Filters, limit: int) -> list[FoundSeries]:
        self.asked.append((peer, filters, limit))
        return self.series

    def find_instances(self, peer: Peer, filters: Filters) -> list[FoundInstance]:
        self.asked.append((peer, filters))
        return [FoundInstance(STUDY, uid.rpartition(".")[0], uid, "") for uid in self.contents]

    def get_instances(self, peer: Peer, wanted: Sequence[FoundInstance], take: Any) -> None:
        for one in wanted:
            if one.uid not in self.kept_back:
                take(Received(one.uid, self.contents[one.uid]))

    def move_instances(
        self, peer: DimsePeer, wanted: Sequence[FoundInstance], title: str, moved: Any
    ) -> int:
        self.asked.append((peer, title))
        moved(len(wanted))
        return len(wanted)

    def send_instances(self, peer: Peer, files: Sequence[Outgoing], tell: Tell) -> None:
        for one in files:
            tell(self.answers.get(one.uid, Sent(one.uid, "stored")))


@pytest.fixture
def pacs(monkeypatch: pytest.MonkeyPatch) -> Pacs:
    made = Pacs()
    for module, names in (
        ("dicom.network.client", ("find_studies", "find_series")),
        ("workflows.pacs.retrieve", ("find_instances", "get_instances", "move_instances")),
        ("workflows.pacs.send", ("send_instances",)),
    ):
        for name in names:
            monkeypatch.setattr(f"condyle.{module}.{name}", getattr(made, name))
    return made


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "pacs.yaml"
    path.write_text("peers: {pacs: {title: X, host: h, port: 1}, web: {url: 'https://x'}}")
    return path


def test_each_option_of_find_is_one_filter(condyle: Command, pacs: Pacs, listed: Path) -> None:
    options = (
        ("--patient-id", "P?"), ("--name", "EX*"), ("--date", "20240101-"), ("--accession", "A*"),
        ("--modality", "MR"), ("--description", "*KNEE*"), ("--limit", "7"),
    )  # fmt: skip

    outcome = condyle(
        "pacs", "find", "web", "--peers", listed, *(part for pair in options for part in pair)
    )

    assert outcome.status == 0
    ((peer, filters, limit),) = pacs.asked
    assert (peer.name, limit) == ("web", 7)
    assert filters == Filters("P?", "EX*", "20240101-", "A*", "MR", "*KNEE*")


def test_studies_are_told_latest_first_in_columns_that_stand_under_each_other(
    condyle: Command, pacs: Pacs, listed: Path
) -> None:
    pacs.studies = [
        FoundStudy("1.1", "P", "山田^太郎", "", "20230101", "", "x" * 60, (), None, None),
        KNEE,
    ]

    lines = condyle("pacs", "find", "pacs", "--peers", listed).out.splitlines()

    head, first, second, count = lines
    assert first.startswith("20240131") and second.startswith("20230101")
    assert count == "2 found."
    assert "MR SR" in first and "42" in first
    assert "x" * 40 in second and "x" * 41 not in second
    starts = {
        cell_len(line[: line.index(uid)]) for line, uid in ((first, "1.2.3"), (second, "1.1"))
    }
    assert starts == {head.index("study uid")}


@pytest.mark.parametrize(("limit", "more"), [(1, True), (2, False)])
def test_that_there_may_be_more_is_said_where_the_limit_is_reached(
    condyle: Command, pacs: Pacs, listed: Path, limit: int, more: bool
) -> None:
    pacs.studies = [KNEE]

    table = condyle("pacs", "find", "pacs", "--limit", limit, "--peers", listed).out
    plain = condyle("pacs", "find", "pacs", "--limit", limit, "--json", "--peers", listed).out

    assert ("raise --limit" in table) == more
    assert [one["uid"] for one in json.loads(plain)] == ["1.2.3"]


def test_nothing_found_is_an_empty_list_of_json(condyle: Command, pacs: Pacs, listed: Path) -> None:
    outcome = condyle("pacs", "find", "pacs", "--json", "--peers", listed)

    assert (outcome.status, json.loads(outcome.out)) == (0, [])


def test_the_series_of_a_study_are_told_with_blanks_for_what_is_not_known(
    condyle: Command, pacs: Pacs, listed: Path
) -> None:
    pacs.series = [
        FoundSeries("1.2", "1.2.7", 3, "MR", "PD sag", "KNEE", 28),
        FoundSeries("1.2", "1.2.8", None, "", "", "", None),
    ]

    lines = condyle("pacs", "find", "pacs", "--study", "1.2", "--peers", listed).out.splitlines()

    assert pacs.asked[0][1] == Filters(study="1.2")
    assert lines[1].split() == ["3", "MR", "PD", "sag", "KNEE", "28", "1.2.7"]
    assert lines[2].split() == ["1.2.8"]
    assert lines[3] == "2 found."


@pytest.mark.parametrize("limit", ["0", "10001", "-1", "many"])
def test_a_limit_that_no_search_has_is_refused_before_the_peer_is_asked(
    condyle: Command, pacs: Pacs, listed: Path, limit: str
) -> None:
    assert condyle("pacs", "find", "pacs", "--limit", limit, "--peers", listed).status == 2
    assert not pacs.asked


def test_one_series_alone_is_fetched_where_it_is_named(
    condyle: Command, pacs: Pacs, listed: Path, tmp_path: Path
) -> None:
    pacs.contents = {str(one.SOPInstanceUID): as_bytes(one) for one in [instance(1)]}
    out = tmp_path / "out"

    outcome = condyle(
        "pacs", "get", "web", STUDY, "--series", f"{STUDY}.1", "--out", out, "--peers", listed
    )

    assert outcome.status == 0
    assert pacs.asked[0][1] == Filters(study=STUDY, series=f"{STUDY}.1")
    assert "1 instances at 'web': 1 fetched, 0 here before" in outcome.out


def test_what_a_peer_keeps_back_makes_the_command_fail_and_is_counted(
    condyle: Command, pacs: Pacs, listed: Path, tmp_path: Path
) -> None:
    study = a_study()
    pacs.contents = {str(one.SOPInstanceUID): as_bytes(one) for one in study}
    pacs.kept_back = set(list(pacs.contents)[:2])
    pacs.contents[list(pacs.contents)[5]] = b"no DICOM"

    outcome = condyle("pacs", "get", "pacs", STUDY, "--out", tmp_path / "out", "--peers", listed)

    assert outcome.status == 2
    assert "3 fetched, 0 here before, 1 that cannot be read, 2 that did not come." in outcome.out
    assert "2 instances that 'pacs' lists and did not send" in outcome.err
    assert len(list((tmp_path / "out").rglob("*.dcm"))) == 3


def test_a_peer_is_told_to_send_to_a_title_and_its_count_is_told(
    condyle: Command, pacs: Pacs, listed: Path
) -> None:
    pacs.contents = dict.fromkeys(["1.2.1", "1.2.2"], b"")

    outcome = condyle("pacs", "get", "pacs", "1.2", "--move", "OUR NODE", "--peers", listed)

    assert outcome.out == "'pacs' sent 2 instances to OUR NODE.\n"
    assert pacs.asked[-1][1] == "OUR NODE"


def test_a_peer_of_dicomweb_cannot_be_told_to_send_elsewhere(
    condyle: Command, pacs: Pacs, listed: Path
) -> None:
    outcome = condyle("pacs", "get", "web", "1.2", "--move", "NODE", "--peers", listed)

    assert (outcome.status, len(outcome.error_lines)) == (2, 4)
    assert "WADO-RS" in outcome.err
    assert not pacs.asked


def test_what_a_peer_refuses_is_listed_with_its_reason_ten_at_most_and_the_status_is_1(
    condyle: Command, pacs: Pacs, listed: Path, tmp_path: Path
) -> None:
    study = [instance(n) for n in range(1, 14)]
    write(tmp_path / "study", study)
    pacs.answers = {
        uid: Sent(uid, "refused", "no such class, status 0x0122", "have it allowed")
        for uid in sorted(str(one.SOPInstanceUID) for one in study)[:12]
    }

    outcome = condyle("pacs", "send", "pacs", tmp_path / "study", "--peers", listed)

    assert outcome.status == 1
    lines = outcome.out.splitlines()
    assert len([line for line in lines if line.startswith("Not stored: ")]) == 10
    assert lines[0].endswith(": no such class, status 0x0122; have it allowed.")
    assert lines[-1] == "1 stored at 'pacs', 12 not."


def test_a_path_that_is_not_there_is_nothing_to_send(
    condyle: Command, pacs: Pacs, listed: Path, tmp_path: Path
) -> None:
    outcome = condyle("pacs", "send", "pacs", tmp_path / "absent", "--peers", listed)

    assert (outcome.status, len(outcome.error_lines)) == (2, 4)
    assert "Nothing was sent." in outcome.err


def test_a_peer_that_refuses_altogether_is_told_in_four_lines_with_status_2(
    condyle: Command, listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(peer: Peer) -> None:
        raise PeerError("It was not done.", found="a no", needed="a yes", mend="ask again.")

    monkeypatch.setattr("condyle.dicom.network.client.echo", refuse)

    outcome = condyle("pacs", "echo", "pacs", "--peers", listed)

    assert (outcome.status, outcome.out, len(outcome.error_lines)) == (2, "", 4)


def test_a_peer_that_answers_is_said_to(
    condyle: Command, listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("condyle.dicom.network.client.echo", lambda peer: asked.append(peer.name))

    assert condyle("pacs", "echo", "web", "--peers", listed).out == "'web' answers.\n"
    assert asked == ["web"]


def test_without_a_list_the_clinics_own_is_looked_for_and_where_to_write_it_is_told(
    condyle: Command, tmp_path: Path, listed: Path, monkeypatch: pytest.MonkeyPatch, pacs: Pacs
) -> None:
    monkeypatch.setenv("CONDYLE_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()

    without = condyle("pacs", "find", "pacs")
    listed.rename(tmp_path / "home" / "pacs.yaml")

    assert without.status == 2
    assert "CONDYLE_HOME" in without.err
    assert condyle("pacs", "find", "pacs").out == "0 found.\n"


@pytest.mark.parametrize("verb", ["echo", "find", "get", "send", "explain", "outbox"])
def test_each_verb_has_a_help_with_an_example_of_itself(condyle: Command, verb: str) -> None:
    assert f"\n  {verb} " in condyle("pacs", "--help").out
    assert f"condyle pacs {verb}" in condyle("pacs", verb, "--help").out
