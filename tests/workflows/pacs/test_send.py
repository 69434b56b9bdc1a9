"""What a peer gave no answer to is sent again, what it answered for is not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.dicom.network.made import a_study, instance, write
from tests.dicom.network.peers_of import fake_peer

from condyle.dicom.network.outgoing import Outgoing, Tell
from condyle.dicom.network.peer import Peer
from condyle.domain.progress import Progress
from condyle.errors import NothingReadable, PeerUnreachable
from condyle.workflows.pacs import send as module
from condyle.workflows.pacs.send import TRIES, send_paths


def test_a_folder_is_sent_whole_and_each_instance_once(tmp_path: Path) -> None:
    write(tmp_path / "a", a_study())
    write(tmp_path / "b", a_study())
    (tmp_path / "b" / "readme.txt").write_text("no DICOM")
    told: list[Progress] = []

    with fake_peer() as fake:
        done = send_paths(fake.peer(), [tmp_path], progress=told.append)

    assert (done.stored, done.failed, done.left_out) == (6, (), 1)
    assert len(fake.came) == 6
    assert [(one.done, one.total) for one in told] == [(n, 6) for n in range(1, 7)]


def test_what_is_refused_is_told_with_its_reason(tmp_path: Path) -> None:
    write(tmp_path, [instance(1)])

    with fake_peer(stores=lambda count: 0xA900) as fake:
        done = send_paths(fake.peer(), [tmp_path])

    (failed,) = done.failed
    assert done.stored == 0
    assert "0xA900" in failed.said and failed.mend


def test_nothing_to_send_is_told_before_the_peer_is_called(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")

    with fake_peer() as fake, pytest.raises(NothingReadable):
        send_paths(fake.peer(), [tmp_path])


def test_after_a_loss_only_what_was_not_answered_for_is_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, [instance(n) for n in range(1, 6)])
    real = module.send_instances
    sent: list[int] = []

    def lossy(peer: Peer, files: Sequence[Outgoing], tell: Tell) -> None:
        sent.append(len(files))
        real(peer, files[:2], tell)
        if len(files) > 2:
            raise PeerUnreachable("It was lost.", found="nobody")

    monkeypatch.setattr(module, "send_instances", lossy)
    with fake_peer() as fake:
        done = send_paths(fake.peer(), [tmp_path], wait=lambda seconds: None)

    assert sent == [5, 3, 1]
    assert done.stored == len(fake.came) == 5


def test_a_peer_that_never_answers_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, [instance(1)])
    waits: list[float] = []

    def gone(peer: Peer, files: Sequence[Outgoing], tell: Tell) -> None:
        raise PeerUnreachable("It is away.", found="nobody")

    monkeypatch.setattr(module, "send_instances", gone)
    with fake_peer() as fake, pytest.raises(PeerUnreachable):
        send_paths(fake.peer(), [tmp_path], wait=waits.append)

    assert len(waits) == TRIES - 1
    assert waits == sorted(waits)
