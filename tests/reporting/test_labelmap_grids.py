"""A labelmap lies on its input's own grid, however the file was turned on reading."""

import gzip
import io
import itertools
from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from condyle.domain.geometry import Reorientation, hanging, slices_first
from condyle.reporting.labelmaps import labelmap_file
from condyle.reporting.naming import with_file_names

TURNS = [
    Reorientation(axes, flips)
    for axes in itertools.permutations(range(3))
    for flips in itertools.product([False, True], repeat=3)
]
RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
STORED = np.random.default_rng(5).integers(0, 4, (2, 3, 4)).astype(np.uint8)
AFFINES = {
    "straight": np.diag([0.7, 0.8, 4.0, 1.0]),
    "oblique": np.array(
        [[0.6, 0.3, 0.1, -9], [-0.3, 0.7, 0.4, 3], [0.2, -0.4, 3.9, 8], [0, 0, 0, 1]]
    ),
    "sheared": np.array([[0.7, 0.0, 0.5, 0], [0.0, 0.8, 0.0, 1], [0.0, 0.0, 4.0, 2], [0, 0, 0, 1]]),
    "left-handed": np.diag([-0.7, 0.8, 4.0, 1.0]),
    "tiny": np.diag([1e-3, 1e-3, 1e-2, 1.0]),
    "far": np.array([[1.0, 0, 0, 1e5], [0, 1, 0, -1e5], [0, 0, 1, 1e5], [0, 0, 0, 1]]),
}


def nifti(series) -> nib.Nifti1Image:
    return nib.Nifti1Image.from_bytes(gzip.decompress(labelmap_file(series, "labelmap-a.nii.gz")))


@pytest.mark.parametrize("affine", AFFINES.values(), ids=AFFINES)
@pytest.mark.parametrize("kind", ["nifti", "nrrd", "array"])
def test_every_turn_of_a_file_is_undone_in_voxels_and_in_millimetres(made_up, affine, kind):
    for turn in TURNS:
        series = replace(
            made_up.series[0],
            kind=kind,
            labelmap=turn.apply(STORED),
            affine=turn.apply_affine(affine, STORED.shape),
            stored=turn,
        )
        image = nifti(series)
        assert np.array_equal(np.asarray(image.dataobj), STORED)
        np.testing.assert_allclose(image.affine, RAS @ affine, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("affine", AFFINES.values(), ids=AFFINES)
def test_each_voxel_of_a_dicom_series_keeps_its_place_in_the_body(made_up, affine):
    for turn in (hanging(affine), *(slices_first(affine, axis) for axis in range(3))):
        labelmap = turn.apply(STORED)
        turned = turn.apply_affine(affine, STORED.shape)
        image = nifti(replace(made_up.series[0], labelmap=labelmap, affine=turned, stored=turn))
        for s, r, c in np.ndindex(labelmap.shape):
            assert image.dataobj[c, r, s] == labelmap[s, r, c]
            here = RAS @ turned @ [s, r, c, 1]
            np.testing.assert_allclose(image.affine @ [c, r, s, 1], here, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("turn", [t for t in TURNS if t.axes[0] == 0 and not t.flips[0]])
def test_a_picture_turned_on_reading_gets_a_png_like_its_file(made_up, turn):
    stored = STORED[:1]
    series = replace(
        made_up.series[0], kind="picture", stem="p", labelmap=turn.apply(stored), stored=turn
    )
    report = with_file_names(replace(made_up, series=(series,), findings=(), views=()))
    assert report.series[0].labelmap_file == "labelmap-p.png"
    with Image.open(io.BytesIO(labelmap_file(series, "labelmap-p.png"))) as image:
        assert image.size == (4, 3)
        assert np.array_equal(np.asarray(image), stored[0])
        assert image.info == {}


def test_a_labelmap_is_not_changed_by_writing_it_and_may_be_any_view(made_up):
    turned = Reorientation((2, 0, 1), (True, False, True))
    view = np.broadcast_to(np.uint8(2), (3, 4, 2))
    series = replace(made_up.series[0], kind="nifti", labelmap=view, stored=turned)
    assert (np.asarray(nifti(series).dataobj) == 2).all()
    assert view.shape == (3, 4, 2)


def test_units_are_millimetres_only_where_the_geometry_is_known(made_up):
    known = made_up.series[0]
    assert nifti(known).header.get_xyzt_units()[0] == "mm"
    assert nifti(replace(known, affine=None)).header.get_xyzt_units()[0] == "unknown"
