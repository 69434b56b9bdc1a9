"""A disk that really fills up while images come."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.e2e.clinic.disks import small_disk
from tests.workflows.pacs.storing import mr_image, send

from condyle.archive.objects import digest
from condyle.archive.spool import Spool
from condyle.dicom.network.node.options import NodeOptions
from condyle.workflows.pacs.receive import receiving


@pytest.mark.needs("mount")
def test_a_full_disk_is_told_to_the_sender_and_loses_nothing_that_was_answered(
    tmp_path: Path,
) -> None:
    images = [mr_image(number, side=512) for number in range(1, 13)]  # half a MiB each
    with small_disk(tmp_path / "disk", 4) as disk:
        spool = Spool(disk.folder / "spool")
        with receiving(spool, NodeOptions()) as node:
            answers = send(node.port, images)
            assert set(answers) == {0x0000, 0xA700}
            kept = answers.count(0x0000)
            waiting = spool.waiting(99)
            assert len(waiting) == kept == len(list(spool.files.iterdir()))
            assert all(digest(one.path) == one.stored.sha256 for one in waiting)
            disk.resize(32)
            refused = [one for one, status in zip(images, answers, strict=True) if status]
            assert set(send(node.port, refused)) == {0x0000}
        assert spool.count() == len(images)
        spool.close()
