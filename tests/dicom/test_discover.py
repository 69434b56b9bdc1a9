"""Sorting files into studies and series, with a reason for all that is left out."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import FileDataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import (
    BasicTextSRStorage,
    MediaStorageDirectoryStorage,
    SecondaryCaptureImageStorage,
    UltrasoundImageStorage,
)

from condyle.dicom import Discovery
from condyle.domain.progress import Progress
from condyle.domain.study import Series

Make = Callable[..., FileDataset]
Save = Callable[..., Path]
Find = Callable[[Path], Discovery]


def _series(found: Discovery) -> tuple[Series, ...]:
    (one,) = found.studies
    return one.study.series


def _codes(found: Discovery) -> dict[str, int]:
    left_out = [*found.left_out, *(one for study in found.studies for one in study.study.left_out)]
    return {one.reason.code: one.count for one in left_out}


def _stack(make: Make, places: range | list[float], **tags: object) -> list[FileDataset]:
    name = str(tags.pop("name", ""))
    return [make(place=float(at), name=f"{name}{at}", **tags) for at in places]


def test_shuffled_slices_are_sorted_by_geometry(instance: Make, save: Save, find: Find) -> None:
    stack = _stack(instance, range(0, 40, 4))
    random.Random(3).shuffle(stack)
    for number, one in enumerate(stack):
        one.InstanceNumber = number
    (series,) = _series(find(save(stack)))
    volume = series.load()
    assert list(volume.array[:, 0, 0]) == [100.0 + at for at in range(0, 40, 4)]
    assert series.shape == (10, 20, 24)
    assert series.spacing == pytest.approx((4.0, 0.9, 0.7))
    assert series.plane.value == "sagittal"
    assert series.notes == ()
    uids = {one.SOPInstanceUID: one.ImagePositionPatient[0] for one in stack}
    placed = [uids[str(one.sop_instance_uid)] for one in series.instances]
    assert placed == sorted(placed)


def test_the_affine_gives_each_slice_its_place(instance: Make, save: Save, find: Find) -> None:
    (series,) = _series(find(save(_stack(instance, range(0, 20, 4)))))
    affine = series.load().affine
    assert affine is not None
    assert np.allclose(affine @ [0, 0, 0, 1], [0, -50, 60, 1])
    assert np.allclose(affine @ [4, 0, 0, 1], [16, -50, 60, 1])
    assert np.allclose(affine @ [0, 10, 0, 1], [0, -50, 60 - 9, 1])
    assert np.allclose(affine @ [0, 0, 10, 1], [0, -50 + 7, 60, 1])


def test_echoes_are_volumes_of_their_own(instance: Make, save: Save, find: Find) -> None:
    stack = [
        instance(place=at, name=f"{at}-{echo}", EchoTime=echo * 10.0, EchoNumbers=echo)
        for at in range(0, 12, 4)
        for echo in (1, 2, 3)
    ]
    series = _series(find(save(stack)))
    assert [one.shape[0] for one in series] == [3, 3, 3]
    assert [one.stem for one in series] == ["series-1", "series-2", "series-3"]
    assert len({one.uid for one in series}) == 1


def test_slightly_different_echo_times_do_not_part_a_volume(
    instance: Make, save: Save, find: Find
) -> None:
    stack = [instance(place=at, name=f"{at}", EchoTime=100 + at / 10) for at in range(0, 20, 4)]
    assert len(_series(find(save(stack)))) == 1


def test_dixon_images_are_volumes_of_their_own(instance: Make, save: Save, find: Find) -> None:
    stack = [
        instance(place=at, name=f"{at}{kind}", ImageType=["DERIVED", "PRIMARY", "DIXON", kind])
        for kind in ("WATER", "FAT")
        for at in range(0, 12, 4)
    ]
    series = _series(find(save(stack)))
    assert {(one.fat_suppressed.value, one.weighting.value) for one in series} == {
        (True, "t2"),
        (False, "unknown"),
    }


def test_times_are_volumes_of_their_own(instance: Make, save: Save, find: Find) -> None:
    stack = [
        instance(place=at, name=f"{at}-{time}", TemporalPositionIdentifier=time)
        for time in (1, 2)
        for at in range(0, 12, 4)
    ]
    assert [one.shape[0] for one in _series(find(save(stack)))] == [3, 3]


def test_repeats_that_nothing_tells_apart_are_parted_by_their_order(
    instance: Make, save: Save, find: Find
) -> None:
    stack = [
        instance(place=at, name=f"{at}-{time}", InstanceNumber=time * 10 + at)
        for time in (1, 2)
        for at in range(0, 12, 4)
    ]
    assert [one.shape[0] for one in _series(find(save(stack)))] == [3, 3]


def test_stations_of_one_series_are_volumes_of_their_own(
    instance: Make, save: Save, find: Find
) -> None:
    stack = [
        instance(place=at, name=f"{at}-{up}", ImagePositionPatient=[at, -50, up])
        for up in (60, 300)
        for at in range(0, 12, 4)
    ]
    assert [one.shape[0] for one in _series(find(save(stack)))] == [3, 3]


def test_blocks_of_different_angle_are_volumes_of_their_own(
    instance: Make, save: Save, find: Find
) -> None:
    stack = []
    for block, degrees in enumerate((0, 10, 25)):
        angle = np.deg2rad(degrees)
        turned = [1, 0, 0, 0, float(np.cos(angle)), float(np.sin(angle))]
        for at in range(3):
            stack.append(
                instance(
                    name=f"{block}-{at}",
                    ImageOrientationPatient=turned,
                    ImagePositionPatient=[0, 0, block * 40 + at * 4],
                )
            )
    series = _series(find(save(stack)))
    assert [one.shape[0] for one in series] == [3, 3, 3]
    assert {one.plane.value for one in series} == {"axial"}


def test_a_series_of_three_planes_is_a_localizer(instance: Make, save: Save, find: Find) -> None:
    planes = [(0, 1, 0, 0, 0, -1), (1, 0, 0, 0, 0, -1), (1, 0, 0, 0, 1, 0)]
    scout = [
        instance(name=str(at), series="scout", ImageOrientationPatient=list(plane))
        for at, plane in enumerate(planes)
    ]
    found = find(save([*scout, *_stack(instance, range(0, 12, 4))]))
    assert len(_series(found)) == 1
    assert _codes(found) == {"localizer": 3}


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({"SeriesDescription": "3-Plane Loc"}, "localizer"),
        ({"SeriesDescription": "localizer_sag"}, "localizer"),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, "localizer"),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, "projection-or-screenshot"),
        ({"SOPClassUID": SecondaryCaptureImageStorage}, "secondary-capture"),
        ({"SOPClassUID": UltrasoundImageStorage}, "modality-not-read"),
        ({"SOPClassUID": BasicTextSRStorage, "Rows": None, "PixelData": None}, "not-an-image"),
        ({"SamplesPerPixel": 3, "PixelData": bytes(1440), "BitsAllocated": 8}, "colour-image"),
    ],
)
def test_what_is_no_slice_is_left_out_with_a_reason(
    instance: Make, save: Save, find: Find, tags: dict[str, object], code: str
) -> None:
    found = find(save([*_stack(instance, range(0, 12, 4)), instance(name="other", **tags)]))
    assert len(_series(found)) == 1
    assert _codes(found) == {code: 1}


def test_a_word_that_only_holds_loc_is_no_localizer(instance: Make, save: Save, find: Find) -> None:
    found = find(save(_stack(instance, range(0, 12, 4), SeriesDescription="T2 block SAG")))
    assert len(_series(found)) == 1


def test_a_dicomdir_is_passed_over_quietly(instance: Make, save: Save, find: Find) -> None:
    directory = instance(
        name="dir", SOPClassUID=MediaStorageDirectoryStorage, Rows=None, PixelData=None
    )
    directory.DirectoryRecordSequence = DicomSequence([])
    found = find(save([*_stack(instance, range(0, 12, 4)), directory]))
    assert _codes(found) == {}


def test_a_repeated_instance_is_read_once(instance: Make, save: Save, find: Find) -> None:
    stack = _stack(instance, range(0, 12, 4))
    found = find(save([*stack, stack[1], stack[1]]))
    assert _series(found)[0].shape[0] == 3
    assert _codes(found) == {"duplicate-instance": 2}


def test_a_slice_sent_again_under_another_name_is_left_out(
    instance: Make, save: Save, find: Find
) -> None:
    stack = [*_stack(instance, range(0, 32, 4)), instance(place=8, name="again")]
    found = find(save(stack))
    assert [one.shape[0] for one in _series(found)] == [8]
    assert _codes(found) == {"repeated-position": 1}


def test_a_missing_slice_is_noted_where_it_is_missing(
    instance: Make, save: Save, find: Find
) -> None:
    stack = _stack(instance, [0, 4, 8, 16, 20, 24])
    for one in stack:
        one.InstanceNumber = int(one.ImagePositionPatient[0] / 4) + 1
    (series,) = _series(find(save(stack)))
    (note,) = series.notes
    assert note.code == "missing-slice"
    assert note.params == {
        "after": 3,
        "before": 4,
        "count": 1,
        "gap_mm": 8.0,
        "after_instance": "3",
        "before_instance": "5",
    }
    assert note.subject == "series-1"


def test_the_place_of_a_gap_is_counted_in_the_volumes_own_order(
    instance: Make, save: Save, find: Find
) -> None:
    turned = [0.0, -1.0, 0.0, 0.0, 0.0, -1.0]
    stack = _stack(instance, [0, 4, 12, 16, 20, 24], ImageOrientationPatient=turned)
    (series,) = _series(find(save(stack)))
    assert list(series.load().array[:, 0, 0]) == [100, 104, 112, 116, 120, 124]
    told = series.notes[0].params
    assert (told["after"], told["before"], told["count"], told["gap_mm"]) == (2, 3, 1, 8.0)


def test_uneven_spacing_is_noted(instance: Make, save: Save, find: Find) -> None:
    (series,) = _series(find(save(_stack(instance, [0, 4, 8, 13.5, 17.5]))))
    (note,) = series.notes
    assert note.code == "uneven-spacing"
    assert note.params == {"least_mm": 4.0, "most_mm": 5.5}


def test_images_without_geometry_are_one_volume_that_says_so(
    instance: Make, save: Save, find: Find
) -> None:
    stack = [
        instance(
            name=str(at),
            InstanceNumber=at,
            pixels=np.full((20, 24), at, np.uint16),
            ImagePositionPatient=None,
            ImageOrientationPatient=None,
        )
        for at in (3, 1, 2)
    ]
    (series,) = _series(find(save(stack)))
    assert [note.code for note in series.notes] == ["geometry-missing"]
    assert (series.spacing, series.plane.value) == (None, None)
    assert list(series.load().array[:, 0, 0]) == [1, 2, 3]


@pytest.mark.parametrize(
    "orientation", [[0] * 6, [1, 0, 0, 1, 0, 0], ["1e300"] * 6, [0, 1, 0, 0, 0]]
)
def test_an_orientation_that_spans_no_plane_counts_as_missing(
    instance: Make, save: Save, find: Find, orientation: list[object]
) -> None:
    stack = _stack(instance, range(0, 12, 4), ImageOrientationPatient=orientation)
    (series,) = _series(find(save(stack)))
    assert [note.code for note in series.notes] == ["geometry-missing"]


def test_one_slice_takes_its_spacing_from_its_thickness(
    instance: Make, save: Save, find: Find
) -> None:
    (series,) = _series(find(save([instance()])))
    assert series.spacing == pytest.approx((4.0, 0.9, 0.7))


def test_spacing_that_nothing_states_is_none(instance: Make, save: Save, find: Find) -> None:
    (series,) = _series(find(save([instance(PixelSpacing=None)])))
    assert series.spacing is None
    assert series.load().affine is None
    assert [note.code for note in series.notes] == ["spacing-missing"]


def test_one_truncated_instance_does_not_lose_the_study(
    instance: Make, save: Save, find: Find
) -> None:
    folder = save(_stack(instance, range(0, 20, 4)))
    path = folder / "IM0002"
    path.write_bytes(path.read_bytes()[:-200])
    found = find(folder)
    assert _series(found)[0].shape[0] == 4
    assert _codes(found) == {"broken-instance": 1}
    assert [note.code for note in _series(found)[0].notes] == ["missing-slice"]


@pytest.mark.parametrize("keep", [140, 200, 400, 700])
def test_an_instance_cut_in_its_header_is_left_out(
    instance: Make, save: Save, find: Find, keep: int
) -> None:
    folder = save(_stack(instance, range(0, 20, 4)))
    path = folder / "IM0002"
    path.write_bytes(path.read_bytes()[:keep])
    found = find(folder)
    assert _series(found)[0].shape[0] == 4
    assert sum(_codes(found).values()) == 1


def test_a_file_of_another_kind_is_left_out(instance: Make, save: Save, find: Find) -> None:
    folder = save(_stack(instance, range(0, 12, 4)))
    (folder / "README").write_text("How to read this disc")
    (folder / "autorun.exe").write_bytes(b"MZ" + bytes(500))
    assert _codes(find(folder)) == {"not-an-image-file": 2}


def test_studies_and_patients_are_counted(instance: Make, save: Save, find: Find) -> None:
    stacks = [
        *_stack(instance, range(0, 12, 4), study="a", StudyDate="20200202"),
        *_stack(instance, range(0, 12, 4), study="b", StudyDate="20190101"),
        *_stack(instance, range(0, 8, 4), study="c", PatientID="P2", PatientName="Roe^Rita"),
    ]
    found = find(save(stacks))
    assert len(found.studies) == 3
    assert len({one.patient for one in found.studies}) == 2
    assert sorted(one.images for one in found.studies) == [2, 3, 3]


def test_the_order_of_studies_does_not_depend_on_that_of_the_files(
    instance: Make, save: Save, find: Find, tmp_path: Path
) -> None:
    stacks = [
        *_stack(instance, range(0, 8, 4), study="a", StudyDate="20200202"),
        *_stack(instance, range(0, 8, 4), study="b", StudyDate="20190101"),
    ]
    first = [one.study.uid for one in find(save(stacks)).studies]
    for path in (tmp_path / "study").iterdir():
        path.unlink()
    assert [one.study.uid for one in find(save(stacks[::-1])).studies] == first


@pytest.mark.parametrize(
    ("tags", "patients"),
    [
        ({"PatientID": "P2"}, 2),
        ({"PatientName": "Roe^Rita"}, 2),
        ({"IssuerOfPatientID": "Elsewhere"}, 2),
        ({"PatientID": "", "PatientName": ""}, 1),
        ({"PatientName": "DOE^JANE^^"}, 1),
        ({"PatientID": "ANON", "PatientName": "Anonymous"}, 1),
    ],
)
def test_two_patients_in_one_study_are_told_apart(
    instance: Make, save: Save, find: Find, tags: dict[str, str], patients: int
) -> None:
    stack = [*_stack(instance, range(0, 12, 4)), instance(place=12, name="other", **tags)]
    found = find(save(stack))
    assert len(found.studies) == patients


def test_an_empty_series_number_and_uid_are_borne(instance: Make, save: Save, find: Find) -> None:
    stack = _stack(
        instance, range(0, 12, 4), SeriesNumber="", StudyInstanceUID="", SeriesInstanceUID=""
    )
    found = find(save(stack))
    assert _series(found)[0].uid is None
    assert found.studies[0].study.uid is None


def test_progress_is_told_a_file_at_a_time(instance: Make, save: Save) -> None:
    from condyle import dicom, sources

    told: list[Progress] = []
    with sources.open([save(_stack(instance, range(0, 12, 4)))]) as tree:
        dicom.discover(tree.files, progress=told.append)
    assert told[-1] == Progress("discover", 3, 3)
