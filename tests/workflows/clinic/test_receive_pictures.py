from __future__ import annotations

import gzip
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import pytest
from PIL import Image

from condyle.workflows.clinic.received import anatomy_of

from .brought import Bringer, mr, new_archive, picture, written, zipped


@pytest.fixture
def bringer(sqlite_template: Path, tmp_path: Path) -> Iterator[Bringer]:
    shutil.copy(sqlite_template, tmp_path / "a.sqlite")
    archive = new_archive(f"sqlite:///{tmp_path / 'a.sqlite'}", tmp_path)
    yield Bringer(archive)
    archive.database.close()


def nifti(seed: int = 1, slices: int = 5) -> bytes:
    array = np.random.default_rng(seed).normal(size=(24, 20, slices)).astype(np.float32)
    image = nib.Nifti1Image(array, np.diag([0.6, 0.5, 4.0, 1.0]))
    return gzip.compress(image.to_bytes(), mtime=0)


def shown(bringer: Bringer) -> list[pydicom.Dataset]:
    return [
        pydicom.dcmread(io.BytesIO(bringer.archive.objects.read(row.object)))
        for row in bringer.instances()
    ]


def test_a_volume_is_kept_as_it_came_with_dicom_beside_it(bringer: Bringer) -> None:
    content = nifti()
    row = bringer.bring({"patient/t2_sag.nii.gz": content})["patient/t2_sag.nii.gz"]
    assert row.state == "stored" and row.study_id
    instances = bringer.instances()
    assert len(instances) == 5
    for instance in instances:
        assert instance.derived_from == row.object
        assert instance.derived_name == "t2_sag.nii.gz"
    assert bringer.archive.objects.read(str(row.object)) == content
    (series,) = bringer.series()
    assert (series.kind, series.modality, series.description) == ("nifti", "OT", "t2_sag")
    spacings = [[float(mm) for mm in one.PixelSpacing] for one in shown(bringer)]
    np.testing.assert_allclose(spacings, [[0.5, 0.6]] * 5, rtol=1e-6)


def test_the_slices_are_shown_in_the_order_in_which_a_reading_counts_them(
    bringer: Bringer,
) -> None:
    from condyle import images, sources

    content = nifti()
    bringer.bring({"a.nii.gz": content})
    path = bringer.archive.objects.root.parent / "a.nii.gz"
    path.write_bytes(content)
    with sources.open([path]) as tree:
        volume = images.read_image(tree.files[0]).load()
    values = [
        one.pixel_array * float(one.RescaleSlope) + float(one.RescaleIntercept)
        for one in shown(bringer)
    ]
    np.testing.assert_allclose(np.stack(values), volume.array, atol=1e-3)


def test_the_patient_is_unnamed_and_each_study_has_its_own(bringer: Bringer) -> None:
    bringer.bring({"a/x.png": picture(1), "b/x.png": picture(2)})
    patients = bringer.patients()
    assert [one.name for one in patients] == ["unnamed", "unnamed"]
    assert len({one.identifier for one in patients}) == 2
    assert len(bringer.studies()) == 2


def test_pictures_of_one_folder_are_one_study(bringer: Bringer) -> None:
    bringer.bring({"a/x.png": picture(1), "a/deep/y.png": picture(2), "a/v.nii.gz": nifti()})
    (study,) = bringer.studies()
    assert (study.series_count, study.instance_count) == (3, 7)


def test_numbered_pictures_of_one_size_are_the_slices_of_one_series(bringer: Bringer) -> None:
    files = {f"a/IM{n}.png": picture(n) for n in (10, 9, 1, 2)}
    files["a/IM3.png"] = picture(3, size=(50, 50))
    bringer.bring(files)
    counts = {one.id: one.instance_count for one in bringer.series()}
    assert sorted(counts.values()) == [1, 4]
    names = [row.derived_name for row in bringer.instances() if counts[row.series_id] == 4]
    assert names == ["IM1.png", "IM2.png", "IM9.png", "IM10.png"]


def test_names_that_number_patients_make_a_study_each(bringer: Bringer) -> None:
    names = [f"{n}_{kind}.png" for n in (1, 2) for kind in ("t1", "t2")]
    files = {name: picture(place) for place, name in enumerate(names)}
    bringer.bring(files)
    assert [study.series_count for study in bringer.studies()] == [2, 2]


def test_the_same_picture_again_is_a_duplicate_by_its_content(bringer: Bringer) -> None:
    bringer.bring({"x.png": picture(1)})
    rows = bringer.bring({"other name.png": picture(1), "new.png": picture(2)})
    assert {name: row.state for name, row in rows.items()} == {
        "other name.png": "duplicate",
        "new.png": "stored",
    }
    assert rows["other name.png"].study_id == 1


def test_the_same_picture_twice_in_one_folder_is_shown_once(bringer: Bringer) -> None:
    states = bringer.states({"x.png": picture(1), "y.png": picture(1)})
    assert sorted(states.values()) == ["duplicate", "stored"]
    assert len(bringer.instances()) == 1


def test_a_broken_picture_is_refused_and_its_series_is_shown_without_it(
    bringer: Bringer,
) -> None:
    content = nifti(2)
    cut = gzip.compress(gzip.decompress(content)[:-400], mtime=0)
    rows = bringer.bring({"cut.nii.gz": cut, "x1.png": picture(1)[:-60], "x2.png": picture(2)})
    assert {name: row.state for name, row in rows.items()} == {
        "cut.nii.gz": "refused",
        "x1.png": "refused",
        "x2.png": "stored",
    }
    assert len(bringer.instances()) == 1


def test_pictures_in_a_zip_are_kept_after_its_unpacked_copy_is_gone(bringer: Bringer) -> None:
    content = zipped(**{"a1.png": picture(1), "a2.png": picture(2), "v.nii.gz": nifti()})
    row = bringer.bring({"all.zip": content})["all.zip"]
    assert row.state == "stored" and row.reason
    assert row.reason["params"] == {"stored": 3, "duplicates": 0, "refused": 0}
    for instance in bringer.instances():
        assert bringer.archive.objects.holds(str(instance.derived_from))


def test_pictures_beside_dicom_are_a_study_of_their_own(bringer: Bringer) -> None:
    bringer.bring({"d/1.dcm": written(mr()), "d/x.png": picture(1)})
    assert [study.modalities for study in bringer.studies()] == ["MR", "OT"]


def test_what_a_name_says_of_the_body_is_taken_for_the_worklist(bringer: Bringer) -> None:
    bringer.bring({"knee_pd.png": picture(1)})
    assert bringer.studies()[0].anatomy == "knee"


@pytest.mark.parametrize(
    ("words", "anatomy"),
    [
        ("lumbar spine", "lumbar-spine"),
        ("lspine", "lumbar-spine"),
        ("rodilla", "knee"),
        ("ankle", "ankle"),
        ("knee ankle", None),
        ("brain", None),
        ("", None),
    ],
)
def test_the_anatomy_is_named_where_words_name_one(words: str, anatomy: str | None) -> None:
    assert anatomy_of(words) == anatomy


def test_what_is_to_be_known_of_a_picture_is_told_with_its_result(bringer: Bringer) -> None:
    stream = io.BytesIO()
    pixels = np.random.default_rng(1).integers(0, 255, (40, 32, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(stream, "PNG")
    rows = bringer.bring({"photo.png": stream.getvalue(), "slice.png": picture(1)})
    assert rows["photo.png"].state == "stored" and rows["slice.png"].reason is None
    assert rows["photo.png"].reason and rows["photo.png"].reason["code"] == "colour-picture"
