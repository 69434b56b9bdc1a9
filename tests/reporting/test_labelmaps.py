"""Labelmap files lie on each input's own grid."""

import gzip
import io
from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from condyle.domain.geometry import Reorientation
from condyle.reporting.labelmaps import labelmap_file

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.fixture
def series(report):
    labels = np.zeros((3, 5, 7), dtype=np.uint8)
    labels[1, 2, 4], labels[2, 0, 6], labels[0, 4, 0] = 1, 2, 3
    return replace(report.series[0], labelmap=labels, shape=(3, 5, 7))


def read_nifti(content: bytes) -> nib.Nifti1Image:
    return nib.Nifti1Image.from_bytes(gzip.decompress(content))


def test_a_picture_gets_a_png_of_its_own_size_with_the_label_values(report):
    series = replace(report.series[0], kind="picture")
    with Image.open(io.BytesIO(labelmap_file(series, "labelmap-a.png"))) as image:
        assert image.mode == "L"
        assert np.array_equal(np.asarray(image), series.labelmap[0])


def test_a_picture_that_was_turned_gets_its_labelmap_turned_back(report):
    stored = Reorientation((0, 2, 1), (False, True, False))
    series = replace(report.series[0], kind="picture", stored=stored)
    with Image.open(io.BytesIO(labelmap_file(series, "labelmap-a.png"))) as image:
        assert np.array_equal(stored.apply(np.asarray(image)[None]), series.labelmap)


def test_a_dicom_series_gets_a_nifti_whose_voxels_lie_where_the_images_do(series):
    image = read_nifti(labelmap_file(series, "labelmap-series-1.nii.gz"))
    assert image.shape == (7, 5, 3)
    assert image.get_data_dtype() == np.uint8
    for index in np.argwhere(series.labelmap):
        s, r, c = index
        lps = series.affine @ [s, r, c, 1]
        ras = image.affine @ [c, r, s, 1]
        assert np.allclose(LPS_TO_RAS @ lps, ras, atol=1e-4)
        assert image.dataobj[c, r, s] == series.labelmap[s, r, c]


@given(
    axes=st.permutations([0, 1, 2]), flips=st.tuples(st.booleans(), st.booleans(), st.booleans())
)
def test_a_nifti_input_gets_its_labelmap_on_the_axes_it_stores(axes, flips):
    rng = np.random.default_rng(1)
    stored_array = rng.integers(0, 4, (3, 5, 7)).astype(np.uint8)
    stored_affine = np.array(
        [[0.9, 0.1, 0, -3], [0, 1.1, 0.2, 5], [0.1, 0, 4.0, 7], [0, 0, 0, 1]], dtype=float
    )
    turn = Reorientation(tuple(axes), flips)
    labelmap = turn.apply(stored_array)
    series = summary_like(
        labelmap=labelmap,
        affine=turn.apply_affine(stored_affine, stored_array.shape),
        stored=turn,
        kind="nifti",
    )
    image = read_nifti(labelmap_file(series, "labelmap-a.nii.gz"))
    assert np.array_equal(np.asarray(image.dataobj), stored_array)
    assert np.allclose(image.affine, LPS_TO_RAS @ stored_affine, atol=1e-5)


def summary_like(**fields):
    from condyle.domain.report import SeriesSummary
    from condyle.domain.study import Attribute

    return SeriesSummary(
        index=0,
        stem="a",
        uid=None,
        instances=(),
        frame_of_reference=None,
        plane=Attribute(None),
        weighting=Attribute(None),
        spacing=None,
        shape=fields["labelmap"].shape,
        used=True,
        **fields,
    )


def test_a_volume_without_geometry_says_so_in_both_codes_of_its_header():
    labels = np.ones((2, 3, 4), dtype=np.uint8)
    series = summary_like(labelmap=labels, affine=None, kind="array")
    image = read_nifti(labelmap_file(series, "labelmap-a.nii.gz"))
    assert image.shape == (2, 3, 4)
    assert int(image.header["sform_code"]) == 0
    assert int(image.header["qform_code"]) == 0


def test_the_same_labelmap_gives_the_same_bytes_with_no_clock_in_them(series):
    first = labelmap_file(series, "labelmap-series-1.nii.gz")
    assert first == labelmap_file(series, "labelmap-series-1.nii.gz")
    assert first[4:8] == b"\0\0\0\0", "the time in a gzip header (RFC 1952) is 0"


def test_a_series_without_labelmap_is_refused(series):
    with pytest.raises(ValueError, match="no labelmap"):
        labelmap_file(replace(series, labelmap=None), "labelmap-a.png")


def test_several_slices_are_not_squeezed_into_one_png(series):
    with pytest.raises(ValueError, match="one slice"):
        labelmap_file(series, "labelmap-a.png")
