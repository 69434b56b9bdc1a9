"""DIMSE against a peer that answers as the test says: bytes, statuses, refusals, secrecy."""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian
from tests.dicom.network.made import a_study, as_bytes, dataset_bytes, instance, write
from tests.dicom.network.peers_of import FakePeer, fake_peer

from condyle.dicom.network import client
from condyle.dicom.network.contexts import CLASSES, MR, SYNTAXES, giving, portions, taking
from condyle.dicom.network.dimse_get import GET
from condyle.dicom.network.found import Filters
from condyle.dicom.network.outgoing import Sent, outgoing_of
from condyle.dicom.network.part10 import as_file
from condyle.dicom.network.peer import Tls
from condyle.errors import BadConfiguration, BadImage, PeerError, PeerUnreachable, UsageError


def _send(fake: FakePeer, paths: list[Path]) -> list[Sent]:
    told: list[Sent] = []
    client.send_instances(fake.peer(), [outgoing_of(path) for path in paths], told.append)
    return told


def test_the_bytes_of_a_data_set_arrive_as_they_are(tmp_path: Path) -> None:
    study = a_study()

    with fake_peer() as fake:
        told = _send(fake, write(tmp_path, study))

    assert [one.state for one in told] == ["stored"] * 6
    assert fake.came == {str(s.SOPInstanceUID): dataset_bytes(as_bytes(s)) for s in study}
    assert set(fake.syntaxes.values()) == {str(s.file_meta.TransferSyntaxUID) for s in study}


@pytest.mark.parametrize(
    "name", ["MR_small_RLE.dcm", "MR_small.dcm", "MR_small_implicit.dcm", "MR_small_bigendian.dcm"]
)
def test_a_file_of_any_transfer_syntax_arrives_as_it_is_with_its_trailing_padding(
    name: str,
) -> None:
    path = get_testdata_file(name)
    assert isinstance(path, str)

    with fake_peer() as fake:
        (told,) = _send(fake, [Path(path)])

    assert told.state == "stored"
    assert list(fake.came.values()) == [dataset_bytes(Path(path).read_bytes())]


def test_a_peer_of_the_other_uncompressed_syntax_gets_the_same_values_in_that(
    tmp_path: Path,
) -> None:
    one = instance(1)

    with fake_peer(syntaxes=[ImplicitVRLittleEndian]) as fake:
        (told,) = _send(fake, write(tmp_path, [one]))

    assert told.state == "stored"
    (content,) = fake.came.values()
    (tmp_path / "back").write_bytes(as_file(MR, told.uid, ImplicitVRLittleEndian, content))
    back = dcmread(tmp_path / "back")
    assert back.PixelData == one.PixelData
    assert back.PatientName == one.PatientName


def test_compressed_pixels_that_a_peer_does_not_take_are_refused_and_never_decoded() -> None:
    path = get_testdata_file("MR_small_RLE.dcm")
    assert isinstance(path, str)

    with fake_peer(syntaxes=[ImplicitVRLittleEndian]) as fake, pytest.raises(PeerError) as error:
        _send(fake, [Path(path)])

    assert len(error.value.lines()) == 4
    assert not fake.came


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0x0000, "stored"),
        (0xB000, "stored"),
        (0x0111, "stored"),
        (0xA700, "later"),
        (0xA900, "refused"),
        (0xC123, "refused"),
        (0x0124, "refused"),
    ],
)
def test_each_status_says_whether_it_is_there_may_be_later_or_never(
    tmp_path: Path, status: int, state: str
) -> None:
    with fake_peer(stores=lambda count: status) as fake:
        (told,) = _send(fake, write(tmp_path, [instance(1)]))

    assert told.state == state
    assert (f"0x{status:04X}" in told.said) == (status != 0)


def test_one_that_is_refused_does_not_hold_up_the_others(tmp_path: Path) -> None:
    answers = iter([0x0000, 0xC000, 0x0000])

    with fake_peer(stores=lambda count: next(answers)) as fake:
        told = _send(fake, write(tmp_path, [instance(n) for n in (1, 2, 3)]))

    assert [one.state for one in told] == ["stored", "refused", "stored"]


def test_a_search_asks_in_utf8_for_what_is_to_be_told(tmp_path: Path) -> None:
    with fake_peer(finds=[]) as fake:
        filters = Filters(patient_name="山田*", patient_id="P-1", dates="20240101-", modality="MR")
        assert client.find_studies(fake.peer(), filters, 10) == []

    (asked,) = fake.asked
    assert asked.SpecificCharacterSet == "ISO_IR 192"
    assert asked.QueryRetrieveLevel == "STUDY"
    assert asked.PatientName == "山田*"
    assert asked.StudyDate == "20240101-"
    assert "NumberOfStudyRelatedInstances" in asked


def _answer(**values: object) -> Dataset:
    one = Dataset()
    for keyword, value in values.items():
        setattr(one, keyword, value)
    return one


def test_answers_that_are_none_are_left_out_and_the_rest_is_read() -> None:
    answers = [
        (0xFF00, _answer(StudyInstanceUID="1.2.3", PatientName="A^B", PatientID="1")),
        (0xFF00, _answer(PatientName="without a UID")),
        (0xFF01, _answer(StudyInstanceUID="1.2.4", NumberOfStudyRelatedInstances="7")),
        (0x0000, None),
    ]

    with fake_peer(finds=answers) as fake:
        found = client.find_studies(fake.peer(), Filters(), 10)

    assert [(one.uid, one.patient_name, one.instances) for one in found] == [
        ("1.2.3", "A^B", None),
        ("1.2.4", "", 7),
    ]


@pytest.mark.parametrize("status", [0xA700, 0xA900, 0xC001, 0x0122, 0xFE00])
def test_a_search_that_fails_says_what_the_peer_said(status: int) -> None:
    with fake_peer(finds=[(status, None)]) as fake, pytest.raises(PeerError) as error:
        client.find_studies(fake.peer(), Filters(), 10)

    assert f"0x{status:04X}" in error.value.found
    assert len(error.value.lines()) == 4


def test_a_peer_of_another_title_rejects_us_and_both_titles_are_told() -> None:
    with fake_peer(title="FAKE") as fake, pytest.raises(PeerError) as error:
        client.echo(fake.peer(title="OTHER", calling="US"))

    assert not isinstance(error.value, PeerUnreachable)
    assert "OTHER" in error.value.needed and "US" in error.value.needed


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "own.pem", folder / "own.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, private


def test_a_secret_connection_is_made_with_a_certificate_that_is_known_and_no_other(
    tmp_path: Path,
) -> None:
    certificate, private = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)

    with fake_peer(tls=context) as fake:
        client.echo(fake.peer(host="localhost", tls=Tls(ca=certificate)))


def test_a_certificate_that_cannot_be_read_is_told_before_anything_is_asked(
    tmp_path: Path,
) -> None:
    (tmp_path / "ca.pem").write_text("none")

    with fake_peer() as fake, pytest.raises(BadConfiguration, match="secret"):
        client.echo(fake.peer(tls=Tls(ca=tmp_path / "ca.pem")))


@pytest.mark.parametrize("count", [1, 8, 9, 40])
def test_contexts_never_exceed_what_an_association_may_have(count: int) -> None:
    classes = [f"1.2.{n}" for n in range(count)]
    some = list(portions(classes))

    assert [one for portion in some for one in portion] == classes
    for portion in some:
        contexts, roles = taking(GET, portion)
        assert len(contexts) <= 128
        assert len(roles) == len(portion)
        assert all(len(one.transfer_syntax) == 1 for one in contexts[1:])
    for contexts in giving([(one, syntax) for one in classes for syntax in SYNTAXES]):
        assert len(contexts) <= 128


def test_what_is_proposed_by_default_has_each_class_once() -> None:
    assert len(set(CLASSES)) == len(CLASSES)
    assert len(set(SYNTAXES)) == len(SYNTAXES)


@pytest.mark.parametrize("uid", ["1.2", "1.2.3", "1.2.840.10008.5.1.4.1.1.4"])
def test_a_file_of_a_received_data_set_is_one_that_pydicom_reads_strictly(
    tmp_path: Path, uid: str
) -> None:
    one = instance(1)
    content = as_file(MR, uid, "1.2.840.10008.1.2.1", dataset_bytes(as_bytes(one)), sender="PACS")
    (tmp_path / "file").write_bytes(content)

    back = dcmread(tmp_path / "file")

    assert back.file_meta.MediaStorageSOPInstanceUID == uid
    assert back.file_meta.SourceApplicationEntityTitle == "PACS"
    assert back.PixelData == one.PixelData
    assert dataset_bytes(content) == dataset_bytes(as_bytes(one))


@pytest.mark.parametrize("content", [b"", b"text", bytes(128) + b"DICM"])
def test_a_file_that_is_none_is_not_sent(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)

    with pytest.raises(BadImage):
        outgoing_of(tmp_path / "file")


@pytest.mark.parametrize(
    "filters",
    [
        Filters(dates="yesterday"),
        Filters(dates="-"),
        Filters(dates="2024"),
        Filters(study="../../etc"),
        Filters(series="1.2*"),
        Filters(study="1" * 65),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(filters: Filters) -> None:
    with pytest.raises(UsageError):
        filters.check()


@pytest.mark.parametrize("dates", ["20240101", "20240101-", "-20240101", "20240101-20241231", ""])
def test_dates_are_taken_as_dicom_has_them(dates: str) -> None:
    Filters(dates=dates).check()
