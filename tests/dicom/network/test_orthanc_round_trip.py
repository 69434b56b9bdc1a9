"""A real PACS is searched, given instances and asked for them, both ways, bit for bit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from tests.dicom.network.made import NAMES, STUDY, a_study, as_bytes, dataset_bytes, instance, write
from tests.running_orthanc import RunningOrthanc, free_ports

from condyle.dicom.network import client, dimse_get
from condyle.dicom.network.found import Filters
from condyle.dicom.network.outgoing import Sent, outgoing_of
from condyle.dicom.network.part10 import Received
from condyle.dicom.network.peer import DimsePeer, Peer, WebPeer
from condyle.errors import PeerError, PeerUnreachable

pytestmark = pytest.mark.needs("orthanc")
WAYS = ("dimse", "web")


@dataclass(frozen=True)
class Ways:
    """One PACS, reached both ways."""

    dimse: DimsePeer
    web: WebPeer

    def __getitem__(self, way: str) -> Peer:
        return self.web if way == "web" else self.dimse


@pytest.fixture
def ways(orthanc: RunningOrthanc) -> Ways:
    dimse = DimsePeer("pacs", orthanc.title, "127.0.0.1", orthanc.port, timeout_s=20)
    return Ways(dimse, WebPeer("web", orthanc.web))


def _send(peer: Peer, paths: list[Path]) -> list[Sent]:
    told: list[Sent] = []
    client.send_instances(peer, [outgoing_of(path) for path in paths], told.append)
    return told


def _get(peer: Peer, study: str = STUDY) -> dict[str, bytes]:
    wanted = client.find_instances(peer, Filters(study=study))
    came: list[Received] = []
    client.get_instances(peer, wanted, came.append)
    return {str(outgoing_uid(one.content)): one.content for one in came}


def outgoing_uid(content: bytes) -> str:
    import io

    return str(dcmread(io.BytesIO(content), stop_before_pixels=True).SOPInstanceUID)


@pytest.mark.parametrize("way", WAYS)
def test_a_peer_answers_an_echo(ways: Ways, way: str) -> None:
    client.echo(ways[way])


@pytest.mark.parametrize("there", WAYS)
@pytest.mark.parametrize("back", WAYS)
def test_a_data_set_comes_back_as_it_was_sent_whichever_way(
    ways: Ways, tmp_path: Path, there: str, back: str
) -> None:
    study = a_study()

    told = _send(ways[there], write(tmp_path, study))
    came = _get(ways[back])

    assert {one.state for one in told} == {"stored"}
    sent = {str(one.SOPInstanceUID): as_bytes(one) for one in study}
    assert set(came) == set(sent)
    for uid, content in sent.items():
        assert dataset_bytes(came[uid]) == dataset_bytes(content)


def test_a_whole_file_comes_back_by_wado_as_it_was_sent_by_stow(ways: Ways, tmp_path: Path) -> None:
    paths = write(tmp_path, a_study())

    _send(ways.web, paths)

    assert set(_get(ways.web).values()) == {path.read_bytes() for path in paths}


@pytest.mark.parametrize("way", WAYS)
def test_compressed_pixels_come_back_as_they_were_sent(
    ways: Ways, tmp_path: Path, way: str
) -> None:
    path = get_testdata_file("MR_small_RLE.dcm")
    assert isinstance(path, str)
    before = dcmread(path)

    _send(ways[way], [Path(path)])
    (content,) = _get(ways[way], str(before.StudyInstanceUID)).values()
    (tmp_path / "back").write_bytes(content)
    after = dcmread(tmp_path / "back")

    assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
    assert after.PixelData == before.PixelData


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("script", NAMES)
def test_a_name_in_any_script_is_found_and_shown_rightly(
    ways: Ways, orthanc: RunningOrthanc, way: str, script: str
) -> None:
    charset, name = NAMES[script]
    one = instance(1, PatientName="")
    one.SpecificCharacterSet = charset.split("\\")
    one.PatientName = name
    orthanc.store(as_bytes(one))

    (found,) = client.find_studies(ways[way], Filters(patient_id="P-100"), 10)

    assert found.patient_name == name


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (Filters(), 2),
        (Filters(patient_id="P-1*"), 1),
        (Filters(patient_name="Example*"), 1),
        (Filters(dates="20240101-20240201"), 1),
        (Filters(dates="20250101-"), 1),
        (Filters(dates="-20230101"), 0),
        (Filters(accession="ACC-2"), 1),
        (Filters(modality="CT"), 0),
        (Filters(description="*Knee*"), 2),
        (Filters(study=STUDY), 1),
    ],
)
def test_every_filter_is_met(
    ways: Ways, orthanc: RunningOrthanc, way: str, filters: Filters, count: int
) -> None:
    orthanc.store(as_bytes(instance(1)))
    other = instance(
        1, study="2.25.200", PatientID="Q", PatientName="Other^B", StudyDate="20250201",
        AccessionNumber="ACC-2",
    )  # fmt: skip
    orthanc.store(as_bytes(other))

    assert len(client.find_studies(ways[way], filters, 10)) == count


@pytest.mark.parametrize("way", WAYS)
def test_series_and_instances_of_a_study_are_listed_with_their_numbers(
    ways: Ways, orthanc: RunningOrthanc, way: str
) -> None:
    for one in a_study():
        orthanc.store(as_bytes(one))

    series = client.find_series(ways[way], Filters(study=STUDY), 10)
    instances = client.find_instances(ways[way], Filters(study=STUDY))

    told = sorted((s.uid, s.number, s.modality, s.description, s.instances) for s in series)
    assert told == [
        (f"{STUDY}.1", 1, "MR", "PD sag", 3),
        (f"{STUDY}.2", 2, "MR", "T2 cor", 3),
    ]
    assert len(instances) == 6
    assert {one.study for one in instances} == {STUDY}


@pytest.mark.parametrize("way", WAYS)
def test_no_more_is_given_than_was_asked_for(ways: Ways, orthanc: RunningOrthanc, way: str) -> None:
    for number in range(5):
        orthanc.store(as_bytes(instance(1, study=f"2.25.{300 + number}")))

    assert len(client.find_studies(ways[way], Filters(), 3)) == 3


def test_what_the_receiver_cannot_take_stops_the_retrieval_with_its_own_error(
    ways: Ways, orthanc: RunningOrthanc
) -> None:
    for one in a_study():
        orthanc.store(as_bytes(one))
    wanted = client.find_instances(ways.dimse, Filters(study=STUDY))

    def full(received: Received) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        client.get_instances(ways.dimse, wanted, full)


def test_a_destination_that_the_peer_does_not_know_is_told_as_such(
    ways: Ways, orthanc: RunningOrthanc
) -> None:
    orthanc.store(as_bytes(instance(1)))
    wanted = client.find_instances(ways.dimse, Filters(study=STUDY))

    with pytest.raises(PeerError) as error:
        dimse_get.move_instances(ways.dimse, wanted, "NOBODY")

    assert len(error.value.lines()) == 4


# pynetdicom closes no socket that it could not connect; the collector does.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("way", WAYS)
def test_a_peer_that_is_down_is_unreachable(way: str) -> None:
    (port,) = free_ports(1)
    peers = {
        "dimse": DimsePeer("pacs", "X", "127.0.0.1", port, timeout_s=3),
        "web": WebPeer("web", f"http://127.0.0.1:{port}/dicom-web", timeout_s=3),
    }

    with pytest.raises(PeerUnreachable) as error:
        client.echo(peers[way])

    assert len(error.value.lines()) == 4
