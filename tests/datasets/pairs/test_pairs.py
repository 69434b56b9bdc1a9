"""Patients, volumes and what breaks an archive of pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nibabel as nib
import nrrd
import numpy as np
import pytest

from condyle.datasets.archive import Archive, ArchiveOptions
from condyle.datasets.layouts import open_archive
from condyle.datasets.pair_writing import write_pairs
from condyle.datasets.pairs import is_pairs, open_pairs
from condyle.domain.case import Case, LabelledBox, Reference
from condyle.domain.study import Attribute, Series, Study
from condyle.domain.volume import Volume
from condyle.errors import BadConfiguration, BadImage, DatasetError, OutputError


def patients(draw: Any, names: list[str], **options: Any) -> dict[str, str]:
    for seed, name in enumerate(names):
        draw.pair(f"images/{name}.png", f"masks/{name}.png", seed)
    archive = open_archive(draw.root, options=ArchiveOptions(**options))
    return {case.id: case.patient for case in archive.cases}


# ---- whose an image is ----------------------------------------------------------------


def test_an_ending_that_counts_slices_leaves_the_patient(draw: Any) -> None:
    names = ["10_t2_SPACE_slice3", "10_t2_SPACE_slice4", "7_t1_slice3"]
    assert patients(draw, names) == {names[0]: "10", names[1]: "10", names[2]: "7"}


@pytest.mark.parametrize(
    "name", ["P{}_s{}", "P{}-im-{}", "P{} slice {}", "P{}S{}", "p{}_z{}", "knee_{}_slice{}"]
)
def test_slices_are_counted_in_several_ways(draw: Any, name: str) -> None:
    found = patients(draw, [name.format(who, at) for who in (11, 12, 13) for at in (1, 2)])
    assert len(set(found.values())) == 3


def test_names_that_count_slices_of_nobody_are_not_one_patient(draw: Any) -> None:
    found = patients(draw, [f"sag_knee_slice_{n}" for n in range(4)])
    assert len(set(found.values())) == 4


def test_two_numbers_are_a_guess_at_patient_and_slice_that_is_told(draw: Any) -> None:
    found = patients(draw, [f"{who:03d}_{at:02d}" for who in range(3) for at in range(2)])
    assert sorted(set(found.values())) == ["000", "001", "002"]
    assert "guessed" in open_archive(draw.root).notes[0]


def test_a_guess_that_the_own_split_refutes_is_dropped_and_that_is_told(draw: Any) -> None:
    names = [f"{who:03d}_{at:02d}" for who in range(3) for at in range(2)]
    patients(draw, names)
    (draw.root / "train.txt").write_text("\n".join(names[:3]))
    (draw.root / "test.txt").write_text("\n".join(names[3:]))
    archive = open_archive(draw.root)
    assert len({case.patient for case in archive.cases}) == 6 and not archive.leaks
    assert any("parts them" in note for note in archive.notes)


def test_a_patient_on_two_sides_is_a_leak_and_on_no_side(draw: Any) -> None:
    names = [f"p{who}_slice{at}" for who in range(3) for at in range(2)]
    patients(draw, names)
    (draw.root / "train.txt").write_text("\n".join(names[:3]))
    (draw.root / "val.txt").write_text("\n".join(names[3:]))
    archive = open_archive(draw.root)
    assert archive.leaks == ("p1",)
    assert archive.sides == {"p0": "train", "p2": "validation"}


def test_folders_of_patients_tell_them(draw: Any) -> None:
    for seed, (who, at) in enumerate([("a1", 1), ("a1", 2), ("b7", 1)]):
        draw.pair(f"images/{who}/{at}.png", f"masks/{who}/{at}.png", seed)
    archive = open_archive(draw.root)
    assert [case.patient for case in archive.cases] == ["a1", "a1", "b7"]
    assert [case.id for case in archive.cases] == ["a1-1", "a1-2", "b7-1"]


@pytest.mark.parametrize("levels", [("T1", "T2"), ("normal", "tear"), ("site1", "site2")])
def test_folders_of_sequences_classes_or_sites_are_no_patients(
    draw: Any, levels: tuple[str, ...]
) -> None:
    for seed in range(4):
        name = f"{levels[seed % 2]}/k{seed}.png"
        draw.pair(f"images/{name}", f"masks/{name}", seed)
    assert len({case.patient for case in open_archive(draw.root).cases}) == 4


def test_the_option_finds_the_patient_in_the_path(draw: Any) -> None:
    found = patients(draw, ["x-A1-9", "x-A1-8", "x-B2-7"], patient=r"images/x-([A-Z]\d)")
    assert list(found.values()) == ["A1", "A1", "B2"]


@pytest.mark.parametrize("wrong", ["p[0-9]+", "(", ""])
def test_an_option_that_is_no_expression_with_a_group_is_refused(draw: Any, wrong: str) -> None:
    with pytest.raises(BadConfiguration) as refused:
        patients(draw, ["a1"], patient=wrong)
    assert len(refused.value.lines()) == 4


def test_a_path_in_which_the_option_finds_nobody_is_named(draw: Any) -> None:
    with pytest.raises(DatasetError) as refused:
        patients(draw, ["A1", "odd"], patient="([A-Z][0-9])")
    assert refused.value.found.startswith("images/odd.png")


def test_a_table_of_patients_goes_before_names_and_gives_covariates(draw: Any) -> None:
    (draw.root / "patients.csv").write_text("image,patient,sex\na_s1.png,X,F\na_s2.png,Y,M\n")
    assert patients(draw, ["a_s1", "a_s2"]) == {"a_s1": "X", "a_s2": "Y"}
    assert [case.covariates for case in open_archive(draw.root).cases] == [
        {"sex": "F"},
        {"sex": "M"},
    ]


# ---- volumes --------------------------------------------------------------------------

AFFINE = np.array([[0, 0, 3.0, 5], [0.5, 0, 0, 6], [0, -0.5, 0, 7], [0, 0, 0, 1]])


def volume(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 900, (24, 20, 5)).astype(np.int16)


def lesion() -> np.ndarray:
    mask = np.zeros((24, 20, 5), dtype=np.uint8)
    mask[3:8, 5:9, 1] = 1
    mask[4:6, 5:9, 2] = 1
    return mask


def write_nifti(path: Path, array: np.ndarray, affine: np.ndarray | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = nib.Nifti1Image(array, np.eye(4) if affine is None else affine)
    if affine is None:
        image.set_sform(None, 0)
        image.set_qform(None, 0)
    nib.save(image, path)


def only(root: Path) -> tuple[np.ndarray, np.ndarray]:
    (case,) = open_archive(root).cases
    (series,) = case.study.series
    return series.load().array, case.reference.masks[series.stem]


def marked(array: np.ndarray, mask: np.ndarray) -> list[float]:
    return sorted(array[mask == 1].tolist())


@pytest.mark.parametrize("names", [("x.nii.gz", "x-label.nii.gz"), ("images/x.nii", "masks/x.nii")])
def test_a_nifti_mask_lies_on_its_image(tmp_path: Path, names: tuple[str, str]) -> None:
    write_nifti(tmp_path / names[0], volume(), AFFINE)
    write_nifti(tmp_path / names[1], lesion(), AFFINE)
    array, mask = only(tmp_path)
    assert mask.shape == array.shape == (5, 20, 24) or mask.shape == (5, 24, 20)
    assert marked(array, mask) == marked(volume().astype(float), lesion())


@pytest.mark.parametrize("kept", [None, np.eye(4), np.diag([2.0, 1, 1, 1])])
def test_a_mask_that_lost_its_geometry_is_taken_voxel_by_voxel(
    tmp_path: Path, kept: np.ndarray | None
) -> None:
    write_nifti(tmp_path / "x.nii.gz", volume(), AFFINE)
    write_nifti(tmp_path / "x_seg.nii.gz", lesion(), kept)
    array, mask = only(tmp_path)
    assert marked(array, mask) == marked(volume().astype(float), lesion())


def test_a_mask_stored_in_another_orientation_lies_where_its_geometry_says(tmp_path: Path) -> None:
    write_nifti(tmp_path / "x.nii.gz", volume(), AFFINE)
    flipped = AFFINE.copy()
    flipped[:3, 0] *= -1
    flipped[:3, 3] += AFFINE[:3, 0] * 23
    write_nifti(tmp_path / "x_seg.nii.gz", lesion()[::-1].copy(), flipped)
    array, mask = only(tmp_path)
    assert marked(array, mask) == marked(volume().astype(float), lesion())


def test_probabilities_are_cut_at_half(tmp_path: Path) -> None:
    write_nifti(tmp_path / "x.nii.gz", volume(), AFFINE)
    soft = lesion().astype(np.float32) * 0.96
    soft[2, 5:9, 1] = 0.3
    write_nifti(tmp_path / "x_seg.nii.gz", soft, AFFINE)
    array, mask = only(tmp_path)
    assert marked(array, mask) == marked(volume().astype(float), lesion())


def test_nrrd_and_npy_pairs_are_read(tmp_path: Path) -> None:
    nrrd.write(str(tmp_path / "a.nrrd"), volume())
    nrrd.write(str(tmp_path / "a-label.nrrd"), lesion())
    np.save(tmp_path / "b.npy", volume(1).transpose(2, 0, 1))
    np.save(tmp_path / "b_mask.npy", lesion().transpose(2, 0, 1))
    for number, case in enumerate(open_archive(tmp_path).cases):
        (series,) = case.study.series
        array, mask = series.load().array, case.reference.masks[series.stem]
        assert marked(array, mask) == marked(volume(number).astype(float), lesion())


def test_channels_and_sequences_on_one_grid_share_a_mask(draw: Any) -> None:
    for channel in ("0000", "0001"):
        draw.save(f"imagesTr/k_001_{channel}.png", draw.shades(0))
    draw.save("labelsTr/k_001.png", draw.spot(0))
    for name in ("t1", "t2"):
        draw.save(f"p7/{name}.png", draw.shades(1))
    draw.save("p7/seg.png", draw.spot(1))
    cases = {case.id: case for case in open_archive(draw.root).cases}
    assert [s.stem for s in cases["k_001"].study.series] == ["k_001_0000", "k_001_0001"]
    (other,) = [case for name, case in cases.items() if name != "k_001"]
    assert sorted(s.weighting.value for s in other.study.series) == ["t1", "t2"]
    assert all(np.array_equal(other.reference.masks[one][0], draw.spot(1)) for one in ("t1", "t2"))


def test_plane_and_weighting_are_taken_from_folders(draw: Any) -> None:
    draw.pair("sagittal/T2/images/k1.png", "sagittal/T2/masks/k1.png")
    draw.pair("coronal/T1/images/k2.png", "coronal/T1/masks/k2.png")
    told = [
        (case.study.series[0].plane, case.study.series[0].weighting)
        for case in open_archive(draw.root).cases
    ]
    assert told == [
        (Attribute("coronal", estimated=True), Attribute("t1", estimated=True)),
        (Attribute("sagittal", estimated=True), Attribute("t2", estimated=True)),
    ]


# ---- what breaks ----------------------------------------------------------------------


def test_sizes_that_differ_are_named_with_both_files(draw: Any) -> None:
    draw.pair("images/a.png", "masks/a.png", 0)
    draw.save("masks/a.png", draw.spot(1))
    with pytest.raises(DatasetError, match="differ in size") as refused:
        open_archive(draw.root)
    assert refused.value.found == "images/a.png: 1 x 20 x 24; masks/a.png: 1 x 21 x 25"
    assert len(refused.value.lines()) == 4


def test_what_has_no_counterpart_is_listed(draw: Any) -> None:
    draw.pair("images/a1.png", "masks/a1.png")
    draw.pair("images/b2.png", "masks/b2.png", 1)
    draw.save("images/lonely.png", draw.shades())
    draw.save("masks/stray.png", draw.spot())
    archive = open_archive(draw.root)
    assert {(one.file, one.why) for one in archive.unreadable} == {
        ("images/lonely.png", "an image without a mask"),
        ("masks/stray.png", "a mask without an image"),
    }
    assert any("1 images have no mask and 1 masks no image" in note for note in archive.notes)


def test_broken_files_are_listed_and_lose_no_other(draw: Any) -> None:
    for seed in range(3):
        draw.pair(f"images/k{seed}.png", f"masks/k{seed}.png", seed)
    (draw.root / "images/k0.png").write_bytes(b"\x89PNG\r\n\x1a\nno picture")
    whole = (draw.root / "masks/k1.png").read_bytes()
    (draw.root / "masks/k1.png").write_bytes(whole[: len(whole) // 2])
    archive = open_archive(draw.root)
    assert [case.id for case in archive.cases] == ["k2"]
    assert sorted(one.file for one in archive.unreadable) == ["images/k0.png", "masks/k1.png"]


def test_an_empty_file_and_one_of_another_kind_are_listed(draw: Any) -> None:
    draw.pair("images/k0.png", "masks/k0.png")
    for name, content in (("k1", b""), ("k2", b"hello")):
        draw.save(f"masks/{name}.png", draw.spot())
        (draw.root / f"images/{name}.png").write_bytes(content)
    told = {one.file: one.why for one in open_archive(draw.root).unreadable}
    assert told["images/k1.png"] == "an empty file"
    assert told["images/k2.png"] == "a file of no known image format"


def test_negative_values_in_a_mask_are_listed(tmp_path: Path) -> None:
    write_nifti(tmp_path / "x.nii.gz", volume(), AFFINE)
    write_nifti(tmp_path / "x_seg.nii.gz", -lesion().astype(np.int16), AFFINE)
    archive = open_pairs(tmp_path, ArchiveOptions())
    assert archive.unreadable[0].why == "values from -1 to 0"


def test_a_volume_that_breaks_later_is_told_when_it_is_loaded(tmp_path: Path) -> None:
    write_nifti(tmp_path / "x.nii", volume(), AFFINE)
    write_nifti(tmp_path / "x_seg.nii", lesion(), AFFINE)
    (case,) = open_archive(tmp_path).cases
    (tmp_path / "x.nii").write_bytes((tmp_path / "x.nii").read_bytes()[:400])
    with pytest.raises(BadImage):
        case.study.series[0].load()


def test_a_list_that_names_nothing_is_refused_with_its_row(draw: Any) -> None:
    draw.pair("images/k1.png", "masks/k1.png")
    (draw.root / "train.txt").write_text("\nother_1\nother_2\n")
    with pytest.raises(DatasetError, match="names nothing") as refused:
        open_archive(draw.root)
    assert refused.value.found == "train.txt, row 2 and every other row of train.txt"


def test_a_row_of_a_list_that_names_nothing_is_listed(draw: Any) -> None:
    for n in range(3):
        draw.pair(f"images/k{n}.png", f"masks/k{n}.png", n)
    (draw.root / "train.txt").write_text("# ours\nk0\nk9\n")
    (draw.root / "test.txt").write_text("k1\nk2\n")
    (row,) = open_archive(draw.root).unreadable
    assert (row.file, row.why) == ("train.txt, row 3", "names no image of the archive")


def test_a_row_that_names_several_patients_is_listed(draw: Any) -> None:
    for n in range(3):
        draw.pair(f"p{n}/image.png", f"p{n}/mask.png", n)
    (draw.root / "train.txt").write_text("p0\nimage.png\n")
    (draw.root / "test.txt").write_text("p1/image.png\np2\n")
    archive = open_archive(draw.root)
    assert [one.why for one in archive.unreadable] == ["names images of several patients"]
    assert archive.sides == {"p0": "train", "p1": "test", "p2": "test"}


@pytest.mark.parametrize("content", [b"k1\n\xff\xfe\xff", b"\xff\xfek"])
def test_a_list_that_is_no_text_is_named(draw: Any, content: bytes) -> None:
    draw.pair("images/k1.png", "masks/k1.png")
    (draw.root / "val.txt").write_bytes(content)
    with pytest.raises(DatasetError, match="cannot be read") as refused:
        open_archive(draw.root)
    assert refused.value.found == "val.txt: bytes that are no text"


def test_a_log_of_training_is_no_list(draw: Any) -> None:
    draw.pair("images/k1.png", "masks/k1.png")
    (draw.root / "train_log_v2.txt").write_text("epoch 1\n")
    assert open_archive(draw.root).unreadable == ()


def test_one_list_alone_is_no_split(draw: Any) -> None:
    draw.pair("images/k1.png", "masks/k1.png")
    (draw.root / "train.txt").write_text("k1\n")
    assert open_archive(draw.root).sides == {}


def test_an_option_of_another_layout_is_refused(draw: Any) -> None:
    draw.pair("images/k1.png", "masks/k1.png")
    with pytest.raises(BadConfiguration) as refused:
        open_pairs(draw.root, ArchiveOptions(classes=("no", "yes")))
    assert refused.value.found == "data.options.classes"


def test_a_folder_that_is_not_there_is_none_of_pairs_and_is_refused(tmp_path: Path) -> None:
    assert not is_pairs(tmp_path / "absent")
    with pytest.raises(DatasetError, match="was not read"):
        open_pairs(tmp_path / "absent", ArchiveOptions())


def test_links_out_of_the_archive_are_not_followed_as_folders(draw: Any, tmp_path: Path) -> None:
    draw.pair("in/images/k1.png", "in/masks/k1.png")
    draw.pair("out/images/k2.png", "out/masks/k2.png", 1)
    (tmp_path / "in" / "more").symlink_to(tmp_path / "out", target_is_directory=True)
    assert [case.id for case in open_archive(tmp_path / "in").cases] == ["k1"]


# ---- writing --------------------------------------------------------------------------


def held(name: str, mask: np.ndarray, volume: Volume, **more: Any) -> Case:
    shape = mask.shape
    series = Series(
        stem=name,
        load=lambda: volume,
        shape=(shape[0], shape[1], shape[2]),
        plane=Attribute("sagittal"),
        weighting=Attribute("t2"),
    )
    return Case(
        id=name,
        patient=more.pop("patient", name),
        study=Study(None, (series,)),
        reference=Reference(masks={name: mask}, **more),
        covariates={"sex": "F"},
    )


def archive_of(*cases: Case, **more: Any) -> Archive:
    return Archive("pairs", cases, structures=("background", "bone", "acl"), **more)


def test_what_is_written_is_read_as_the_same_cases(tmp_path: Path, draw: Any) -> None:
    pictures = [Volume(draw.shades(n)[None].astype(np.float32)) for n in range(3)]
    affine = np.diag([3.0, -0.5, 0.5, 1])[[0, 2, 1, 3]]
    pictures.append(Volume(np.full((3, 18, 20), 0.5, np.float32), (3.0, 0.5, 0.5), affine))
    cases = []
    for n, one in enumerate(pictures):
        mask = np.zeros(one.array.shape, dtype=np.uint8)
        mask[0, 2:6, 3:9] = 2
        mask[-1, 7:9, 3:9] = 1 if n == 1 else 0
        cases.append(held(f"k{n}", mask, one, patient=f"who-{n // 2}"))
    sides = {"who-0": "train", "who-1": "test"}
    write_pairs(tmp_path / "out", archive_of(*cases, sides=sides))
    read = open_archive(tmp_path / "out")
    assert read.structures == ("background", "bone", "acl") and read.sides == sides
    assert not read.unreadable
    for case in cases:
        (again,) = [one for one in read.cases if one.id == case.id]
        (series,), (old,) = again.study.series, case.study.series
        assert (again.patient, again.covariates) == (case.patient, case.covariates)
        assert (series.plane.value, series.weighting.value) == ("sagittal", "t2")
        volume, before = series.load(), old.load()
        assert np.array_equal(volume.array, before.array)
        assert volume.spacing == before.spacing
        assert before.affine is None or np.allclose(volume.affine, before.affine)
        assert np.array_equal(again.reference.masks[series.stem], case.reference.masks[old.stem])


def test_several_series_of_a_case_become_cases_of_one_patient(tmp_path: Path, draw: Any) -> None:
    one, two = (held(n, draw.spot(0)[None], Volume(draw.shades(0)[None] * 1.0)) for n in ("a", "b"))
    both = Case(
        id="k1",
        patient="p",
        study=Study(None, (*one.study.series, *two.study.series)),
        reference=Reference(masks={**one.reference.masks, **two.reference.masks}),
    )
    write_pairs(tmp_path / "out", archive_of(both))
    read = open_archive(tmp_path / "out")
    assert [(case.id, case.patient) for case in read.cases] == [("k1_a", "p"), ("k1_b", "p")]


def test_what_has_no_place_is_refused_before_a_file_is_written(tmp_path: Path, draw: Any) -> None:
    picture = Volume(draw.shades(0)[None] * 1.0)
    plain = held("k1", draw.spot(0)[None], picture)
    boxed = held("k1", draw.spot(0)[None], picture, boxes={"k1": (LabelledBox((0, 0, 2, 2), ()),)})
    graded = held("k1", draw.spot(0)[None], picture, grades={"study": {"acl-tear": 1}})
    unmasked = Case("k1", "k1", plain.study, Reference())
    named = held("../k1", draw.spot(0)[None], picture)
    for case in (boxed, graded, unmasked, named):
        with pytest.raises(DatasetError, match="cannot be written"):
            write_pairs(tmp_path / "out", archive_of(case))
    with pytest.raises(DatasetError, match="cannot be written"):
        write_pairs(tmp_path / "out", archive_of(plain, plain))
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_something_is_not_written_to(tmp_path: Path, draw: Any) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(OutputError, match="not written"):
        write_pairs(tmp_path, archive_of())
