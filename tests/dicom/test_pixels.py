"""From stored pixels to values, in every transfer syntax."""

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openjpeg.utils import encode_array
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import (
    MPEG2MPML,
    DeflatedExplicitVRLittleEndian,
    EnhancedMRImageStorage,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from condyle.dicom import Discovery
from condyle.errors import BadImage

Make = Callable[..., FileDataset]
Save = Callable[..., Path]
Find = Callable[[Path], Discovery]


def _pixels(dtype: str = "u2", shape: tuple[int, int] = (20, 24)) -> np.ndarray:
    low, high = (-900, 900) if dtype == "i2" else (0, 4000)
    return np.random.default_rng(5).integers(low, high, shape).astype(dtype)


def _compress(one: FileDataset, syntax: str) -> None:
    """Packs an instance's pixels as an outside encoder does."""
    if syntax == JPEG2000Lossless:
        frame = encode_array(one.pixel_array, photometric_interpretation=2)
        one.file_meta.TransferSyntaxUID = JPEG2000Lossless
        one.PixelData = encapsulate([frame])
        one["PixelData"].VR = "OB"
    else:
        one.compress(syntax, generate_instance_uid=False)


def _values(find: Find, folder: Path) -> np.ndarray:
    (one,) = find(folder).studies
    return np.asarray(one.study.series[0].load().array[0])


def test_big_endian_is_read(instance: Make, save: Save, find: Find, tmp_path: Path) -> None:
    one = instance(pixels=_pixels())
    one.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    one.PixelData = _pixels().astype(">u2").tobytes()
    folder = tmp_path / "big"
    folder.mkdir()
    plain = Dataset({element.tag: element for element in one})
    plain.file_meta = one.file_meta
    plain.save_as(folder / "a", implicit_vr=False, little_endian=False, enforce_file_format=True)
    assert np.array_equal(_values(find, folder), _pixels())


def test_implicit_is_read(instance: Make, save: Save, find: Find) -> None:
    one = instance(pixels=_pixels())
    one.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    assert np.array_equal(_values(find, save([one])), _pixels())


def test_deflated_is_read(instance: Make, save: Save, find: Find) -> None:
    one = instance(pixels=_pixels())
    one.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    assert np.array_equal(_values(find, save([one])), _pixels())


def test_a_truncated_deflated_instance_is_left_out(instance: Make, save: Save, find: Find) -> None:
    one = instance(pixels=_pixels())
    one.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    folder = save([one])
    path = folder / "IM0000"
    path.write_bytes(path.read_bytes()[:-100])
    found = find(folder)
    assert found.studies == ()
    assert [one.reason.code for one in found.left_out] == ["broken-instance"]


def test_a_deflated_bomb_is_left_out(
    instance: Make, save: Save, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("condyle.dicom.header.MOST_INFLATED_BYTES", 1 << 20)
    one = instance(pixels=_pixels())
    one.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    folder = save([one])
    path = folder / "IM0000"
    content = path.read_bytes()
    start = 144 + dcmread(path).file_meta.FileMetaInformationGroupLength
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    bomb = packer.compress(zlib.decompress(content[start:], -zlib.MAX_WBITS) + bytes(8 << 20))
    path.write_bytes(content[:start] + bomb + packer.flush())
    (left,) = find(folder).left_out
    assert "unpacks to more" in str(left.reason.params["found"])


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless])
def test_compressed_pixels_are_read(instance: Make, save: Save, find: Find, syntax: str) -> None:
    one = instance(pixels=_pixels(shape=(64, 72)))
    _compress(one, syntax)
    assert np.array_equal(_values(find, save([one])), _pixels(shape=(64, 72)))


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless])
def test_compressed_pixels_that_end_early_are_left_out(
    instance: Make, save: Save, find: Find, syntax: str
) -> None:
    one = instance(pixels=_pixels(shape=(64, 72)))
    _compress(one, syntax)
    folder = save([one])
    path = folder / "IM0000"
    path.write_bytes(path.read_bytes()[:-150])
    found = find(folder)
    assert found.studies == ()
    assert [one.reason.code for one in found.left_out] == ["broken-instance"]


def test_compressed_pixels_that_are_nonsense_are_refused_on_loading(
    instance: Make, save: Save, find: Find
) -> None:
    one = instance(pixels=_pixels(shape=(64, 72)))
    _compress(one, JPEG2000Lossless)
    folder = save([one])
    path = folder / "IM0000"
    content = path.read_bytes()
    at = content.index(b"\xff\x4f\xff\x51")
    path.write_bytes(content[:at] + bytes(60) + content[at + 60 :])
    with pytest.raises(BadImage, match="JPEG 2000") as caught:
        _values(find, folder)
    assert len(caught.value.lines()) == 4


def test_a_compression_that_cannot_be_decoded_is_named(
    instance: Make, save: Save, find: Find
) -> None:
    one = instance(pixels=_pixels())
    one.file_meta.TransferSyntaxUID = MPEG2MPML
    one.PixelData = encapsulate([bytes(100)])
    one["PixelData"].VR = "OB"
    folder = save([one])
    with pytest.raises(BadImage, match="MPEG2") as caught:
        _values(find, folder)
    assert caught.value.mend == "export the study uncompressed.", "no extra decodes a film"


def test_a_file_without_preamble_is_read(instance: Make, find: Find, tmp_path: Path) -> None:
    one = instance(pixels=_pixels())
    bare = Dataset()
    bare.update({element.tag: element for element in one})
    folder = tmp_path / "bare"
    folder.mkdir()
    bare.save_as(folder / "a", implicit_vr=True, little_endian=True, enforce_file_format=False)
    assert (folder / "a").read_bytes()[128:132] != b"DICM"
    assert np.array_equal(_values(find, folder), _pixels())


def test_a_preamble_that_looks_like_a_tiff_is_still_dicom(
    instance: Make, save: Save, find: Find
) -> None:
    one = instance(pixels=_pixels())
    one.preamble = b"II*\0" + bytes(124)
    assert np.array_equal(_values(find, save([one])), _pixels())


def test_signed_values_keep_their_sign(instance: Make, save: Save, find: Find) -> None:
    assert np.array_equal(_values(find, save([instance(pixels=_pixels("i2"))])), _pixels("i2"))


def test_bits_above_those_stored_are_ignored(instance: Make, save: Save, find: Find) -> None:
    dirty = (_pixels() & 0x0FFF) | 0xF000
    folder = save([instance(pixels=dirty, BitsStored=12, HighBit=11)])
    assert np.array_equal(_values(find, folder), dirty & 0x0FFF)


def test_twelve_signed_bits_keep_their_sign(instance: Make, save: Save, find: Find) -> None:
    stored = (_pixels("i2").astype(np.int32) & 0x0FFF).astype(np.int16)
    folder = save([instance(pixels=stored, BitsStored=12, HighBit=11)])
    assert np.array_equal(_values(find, folder), _pixels("i2"))


def test_rescale_is_applied(instance: Make, save: Save, find: Find) -> None:
    folder = save([instance(pixels=_pixels(), RescaleSlope=2.5, RescaleIntercept=-10)])
    assert np.allclose(_values(find, folder), _pixels() * 2.5 - 10)


def test_each_slice_has_a_rescale_of_its_own(instance: Make, save: Save, find: Find) -> None:
    flat = np.full((20, 24), 100, np.uint16)
    stack = [
        instance(place=at * 4, name=str(at), pixels=flat, RescaleSlope=at + 1, RescaleIntercept=0)
        for at in range(3)
    ]
    (one,) = find(save(stack)).studies
    assert list(one.study.series[0].load().array[:, 0, 0]) == [100, 200, 300]


@pytest.mark.parametrize("slope", ["0", "nan"])
def test_a_rescale_slope_that_is_no_number_is_refused(
    instance: Make, save: Save, find: Find, slope: str
) -> None:
    folder = save([instance(pixels=_pixels(), RescaleSlope="7", RescaleIntercept="0")])
    path = folder / "IM0000"
    path.write_bytes(
        path.read_bytes().replace(
            b"\x28\x00\x53\x10DS\x02\x007 ",
            b"\x28\x00\x53\x10DS\x02\x000 " if slope == "0" else b"\x28\x00\x53\x10DS\x02\x00--",
        )
    )
    with pytest.raises(BadImage):
        _values(find, folder)


def test_monochrome1_is_inverted_so_that_high_is_bright(
    instance: Make, save: Save, find: Find
) -> None:
    folder = save(
        [
            instance(
                pixels=_pixels(),
                PhotometricInterpretation="MONOCHROME1",
                BitsStored=12,
                HighBit=11,
            )
        ]
    )
    assert np.array_equal(_values(find, folder), 4095 - _pixels())


def test_padding_takes_the_lowest_value(instance: Make, save: Save, find: Find) -> None:
    pixels = _pixels("i2") + np.int16(1000)
    pixels[:5] = -2000
    folder = save([instance(pixels=pixels, PixelPaddingValue=-2000)])
    values = _values(find, folder)
    assert values.min() == pixels[5:].min()
    assert np.array_equal(values[5:], pixels[5:])


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    flips=st.tuples(st.sampled_from([-1.0, 1.0]), st.sampled_from([-1.0, 1.0])),
    swap=st.booleans(),
)
def test_a_sagittal_slice_hangs_head_up_and_front_left_however_it_is_stored(
    instance: Make, save: Save, find: Find, flips: tuple[float, float], swap: bool, tmp_path: Path
) -> None:
    hung = _pixels()
    down, right = np.array([0, 0, -1.0]), np.array([0, 1.0, 0])
    origin = np.array([0.0, -50, 60])
    stored = hung[:: int(flips[0]), :: int(flips[1])]
    if flips[0] < 0:
        origin = origin + down * 0.9 * 19
    if flips[1] < 0:
        origin = origin + right * 0.7 * 23
    row_direction, column_direction = right * flips[1], down * flips[0]
    spacing = [0.9, 0.7]
    if swap:
        stored = stored.T
        row_direction, column_direction = column_direction, row_direction
        spacing = spacing[::-1]
    for path in (tmp_path / "study").glob("*"):
        path.unlink()
    one = instance(
        pixels=np.ascontiguousarray(stored),
        ImageOrientationPatient=[*row_direction, *column_direction],
        ImagePositionPatient=list(origin),
        PixelSpacing=spacing,
    )
    (study,) = find(save([one])).studies
    volume = study.study.series[0].load()
    assert np.array_equal(volume.array[0], hung)
    assert volume.affine is not None
    assert np.allclose(volume.affine[:3, 3], (0, -50, 60))
    assert volume.spacing == pytest.approx((4.0, 0.9, 0.7))


def _enhanced(make: Make) -> FileDataset:
    """Three sagittal frames of two echoes, in a muddled order."""
    places = [(8.0, 1), (0.0, 2), (4.0, 1), (0.0, 1), (8.0, 2), (4.0, 2)]
    pixels = np.stack([np.full((20, 24), 10 * at + echo, np.uint16) for at, echo in places])
    one = make(pixels=pixels, SOPClassUID=EnhancedMRImageStorage, NumberOfFrames=len(places))
    for keyword in (
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "PixelSpacing",
        "EchoTime",
        "RepetitionTime",
        "ScanningSequence",
    ):
        delattr(one, keyword)
    one.EchoPulseSequence = "SPIN"
    shared, orientation, measures, timing = Dataset(), Dataset(), Dataset(), Dataset()
    orientation.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
    measures.PixelSpacing, measures.SliceThickness = [0.9, 0.7], 4
    timing.RepetitionTime = 3000
    shared.PlaneOrientationSequence = DicomSequence([orientation])
    shared.PixelMeasuresSequence = DicomSequence([measures])
    shared.MRTimingAndRelatedParametersSequence = DicomSequence([timing])
    one.SharedFunctionalGroupsSequence = DicomSequence([shared])
    frames = []
    for at, echo in places:
        frame, position, echoes, transformation = Dataset(), Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = [at, -50, 60]
        echoes.EffectiveEchoTime = 20.0 if echo == 1 else 90.0
        transformation.RescaleSlope, transformation.RescaleIntercept = echo, 0
        frame.PlanePositionSequence = DicomSequence([position])
        frame.MREchoSequence = DicomSequence([echoes])
        frame.PixelValueTransformationSequence = DicomSequence([transformation])
        frames.append(frame)
    one.PerFrameFunctionalGroupsSequence = DicomSequence(frames)
    return one


def test_an_enhanced_instance_is_parted_and_sorted_by_its_functional_groups(
    instance: Make, save: Save, find: Find
) -> None:
    (study,) = find(save([_enhanced(instance)])).studies
    first, second = study.study.series
    assert (first.shape, first.spacing) == ((3, 20, 24), pytest.approx((4.0, 0.9, 0.7)))
    assert (first.weighting.value, second.weighting.value) == ("pd", "t2")
    assert list(first.load().array[:, 0, 0]) == [1, 41, 81]
    assert list(second.load().array[:, 0, 0]) == [4, 84, 164]
    assert [one.frame for one in first.instances] == [3, 2, 0]


def test_an_enhanced_instance_with_too_few_groups_is_left_out(
    instance: Make, save: Save, find: Find
) -> None:
    one = _enhanced(instance)
    one.PerFrameFunctionalGroupsSequence = one.PerFrameFunctionalGroupsSequence[:2]
    found = find(save([one]))
    assert found.studies == ()
    assert [one.reason.code for one in found.left_out] == ["broken-instance"]


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damaged_bytes_are_read_or_left_out_and_never_crash(
    instance: Make, save: Save, find: Find, tmp_path: Path, data: st.DataObject
) -> None:
    for path in (tmp_path / "study").glob("*"):
        path.unlink()
    folder = save([instance(place=at * 4.0, name=str(at)) for at in range(3)])
    path = folder / "IM0001"
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 970))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    found = find(folder)
    assert found.studies
    for one in found.studies:
        for series in one.study.series:
            try:
                volume = series.load()
            except BadImage:
                continue
            assert volume.array.shape == series.shape
