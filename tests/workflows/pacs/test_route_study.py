"""A study that is complete is read and forwarded as the rules say, once, and they are read anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from tests.dicom.network.made import STUDY, a_study, as_bytes, write

from condyle.archive.archive import Archive
from condyle.archive.network_tables import Outgoing
from condyle.archive.tables import Analysis
from condyle.errors import BadConfiguration, NothingReadable
from condyle.workflows.pacs.route_study import (
    RulesOf,
    features_of,
    features_of_path,
    study_named,
)
from condyle.workflows.pacs.store_contents import store_contents


@pytest.fixture
def study(archive: Archive) -> int:
    outcomes = store_contents(archive, [as_bytes(one) for one in a_study()], source="pacs")
    return outcomes[0].study_id


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "pacs.yaml").write_text("peers: {pacs: {title: P, host: h, port: 1}}")
    return folder


def bundles(archive: Archive) -> list[str]:
    with archive.database.read() as session:
        return sorted(session.scalars(select(Analysis.bundle)))


def waiting(archive: Archive) -> list[str]:
    with archive.database.read() as session:
        return sorted(session.scalars(select(Outgoing.uid)))


def test_without_rules_every_bundle_is_queued_as_before(
    archive: Archive, study: int, home: Path
) -> None:
    RulesOf(home)(archive, study, "SCANNER")

    assert "lumbar-grading" in bundles(archive)
    assert not waiting(archive)


def test_the_rules_bundles_are_queued_and_the_study_is_put_up_once(
    archive: Archive, study: int, home: Path
) -> None:
    rules = "rules: [{name: a, when: {calling: [SCANNER]}, then: {bundles: none, forward: [pacs]}}]"
    (home / "routing.yaml").write_text(rules)

    RulesOf(home)(archive, study, "SCANNER")
    RulesOf(home)(archive, study, "SCANNER")

    assert bundles(archive) == []
    assert len(waiting(archive)) == 6
    (home / "routing.yaml").write_text("rules: [{name: a, then: {bundles: [lumbar-grading]}}]")
    RulesOf(home)(archive, study, "SCANNER")
    assert bundles(archive) == ["lumbar-grading"]


def test_a_study_waits_while_its_rules_cannot_be_used(
    archive: Archive, study: int, home: Path
) -> None:
    (home / "routing.yaml").write_text("rules: [{name: a, then: {forward: [nobody]}}]")

    with pytest.raises(BadConfiguration):
        RulesOf(home)(archive, study, "SCANNER")

    assert not bundles(archive)


def test_a_study_looks_the_same_to_rules_in_a_folder_and_in_the_archive(
    archive: Archive, study: int, tmp_path: Path
) -> None:
    write(tmp_path / "study", a_study())
    (tmp_path / "study" / "notes.txt").write_text("no DICOM")

    there = features_of_path(tmp_path / "study", "SCANNER")
    with archive.database.read() as session:
        assert features_of(session, study, "SCANNER") == there
        assert study_named(session, str(study)) == study_named(session, STUDY) == study
        assert study_named(session, "9.9") is None
    with pytest.raises(NothingReadable):
        features_of_path(tmp_path / "study" / "notes.txt", "")
