"""The node as ``condyle serve`` runs it: two processes, from a sender to the archive."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.workflows.pacs.storing import mr_image, send

from condyle.archive.tables import InstanceRow
from condyle.dicom.network.node.options import NodeOptions, Tls, parse_peers
from condyle.service.jobs.worker_process import environment_of
from condyle.service.opening import open_archive
from condyle.service.pacs.processes import node_options, storage_node_processes
from condyle.service.settings import Settings


def until(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_the_settings_describe_the_node(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path,
        dicom_port=11112,
        dicom_host="0.0.0.0",
        dicom_ae_title="CLINIC",
        dicom_peers="MR1@10.0.0.1",
        dicom_max_object_mib=2,
        dicom_tls_certificate=Path("node.pem"),
        dicom_tls_key=Path("node.key"),
    )
    assert node_options(settings) == NodeOptions(
        host="0.0.0.0",
        port=11112,
        title="CLINIC",
        peers=parse_peers("MR1@10.0.0.1"),
        most_bytes=2 << 20,
        tls=Tls(certificate=Path("node.pem"), key=Path("node.key")),
    )
    told = environment_of(settings)
    assert (told["CONDYLE_DICOM_PORT"], told["CONDYLE_DICOM_TLS_KEY"]) == ("11112", "node.key")
    assert "CONDYLE_DICOM_TLS_CLIENTS" not in told


def test_without_a_port_no_process_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("condyle.service.pacs.processes.WorkerProcess", None)
    with storage_node_processes(Settings(home=tmp_path)):
        assert not list(tmp_path.iterdir())


def test_an_image_goes_from_a_sender_through_both_processes_into_the_archive(
    tmp_path: Path, empty_store: Path
) -> None:
    port = _free_port()
    settings = Settings(home=tmp_path / "home", dicom_port=port, dicom_spare_mib=0)
    archive = open_archive(settings)

    def held() -> int:
        with archive.database.read() as session:
            return session.scalar(select(func.count(InstanceRow.id))) or 0

    with storage_node_processes(settings):
        assert until(lambda: _listens(port))
        assert send(port, [mr_image()]) == [0]
        assert until(lambda: held() == 1)
    assert not _listens(port)
    archive.database.close()
