"""A department's own bundles in the clinic: outlines and maps on the frames as they are stored."""

import io
import json

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.uid import generate_uid
from tests.image_bundles import write_class_bundle, write_lesion_bundle

from condyle.workflows.clinic.analyse import FINDINGS, OVERLAYS, Readers, analyse
from condyle.workflows.clinic.study_files import HeldInstance

from .brought import mr, written

ROWS, COLUMNS = 80, 64
SPOT = (slice(10, 24), slice(40, 56))
"""Bright on the second of three slices, in pixels of the stored frame."""


@pytest.fixture(name="knee")
def _knee(tmp_path):
    """A sagittal knee whose rows run from back to front, so that reading turns each slice."""
    folder = tmp_path / "study"
    folder.mkdir()
    held = []
    for number in range(3):
        pixels = np.full((ROWS, COLUMNS), 100, dtype=np.uint16)
        pixels[0] = 0  # outside the field of view, which no window counts
        if number == 1:
            pixels[SPOT] = 900
        one = mr(
            str(number),
            Rows=ROWS,
            Columns=COLUMNS,
            PixelData=pixels.tobytes(),
            BodyPartExamined="KNEE",
            InstanceNumber=number + 1,
            PixelSpacing=[0.5, 0.5],
            SliceThickness=3,
            ImageOrientationPatient=[0, -1, 0, 0, 0, -1],
            ImagePositionPatient=[3.0 * number, 0, 0],
            FrameOfReferenceUID=generate_uid(entropy_srcs=["knee"]),
            RepetitionTime=3000,
            EchoTime=80,
            ScanningSequence="SE",
        )
        (folder / f"{number}.dcm").write_bytes(written(one))
        held.append(HeldInstance(one.SOPInstanceUID, one.SeriesInstanceUID, 1, number + 1, 1, "o"))
    return folder, held


def run(knee, bundle):
    folder, held = knee
    return analyse(folder, bundle, analysis="a", readers=Readers(1), instances=held)


def stored(knee, place):
    """Gives the pixels of the frame that a place is on."""
    for path in knee[0].iterdir():
        header = pydicom.dcmread(path)
        if header.SOPInstanceUID == place["instance_uid"]:
            return header.pixel_array
    raise AssertionError("the place is on no frame of the study")


def picture(result, place):
    return np.asarray(Image.open(io.BytesIO(result.files[place["file"]])))


def test_a_lesion_is_outlined_where_the_stored_frame_shows_it(knee, tmp_path):
    result = run(knee, write_lesion_bundle(tmp_path / "store"))
    assert (result.refusal, result.anatomy) == (None, "knee")
    (finding,) = json.loads(result.files[FINDINGS])
    assert finding["value"] is True
    (place,) = finding["places"]
    assert stored(knee, place)[SPOT].min() == 900
    rows, columns = np.array(place["outline"]).T
    assert (rows.min(), columns.min()) == pytest.approx((10, 40), abs=1.5)
    assert (rows.max(), columns.max()) == pytest.approx((23, 55), abs=1.5)


def test_the_probability_map_lies_on_the_stored_frame_and_is_named_by_the_overlays(knee, tmp_path):
    result = run(knee, write_lesion_bundle(tmp_path / "store"))
    drawn = json.loads(result.files[OVERLAYS])
    (place,) = drawn["maps"]
    assert (place["kind"], place["key"], place["analysis"]) == ("probability", "lesion/knee", "a")
    values = picture(result, place)
    assert values.shape == (place["rows"], place["columns"]) == (ROWS, COLUMNS)
    assert values[12:22, 42:54].min() > 0.7 * 255
    assert values[40:].max() < 0.3 * 255
    assert {one["structure"] for one in drawn["structures"]} == {"lesion"}


def test_the_heat_of_a_class_lies_on_the_stored_frame_and_outlines_nothing(knee, tmp_path):
    result = run(knee, write_class_bundle(tmp_path / "store"))
    (finding,) = json.loads(result.files[FINDINGS])
    assert finding["value"] is True
    assert not any(place["outline"] or place["box"] for place in finding["places"])
    drawn = json.loads(result.files[OVERLAYS])
    assert (drawn["structures"], {one["kind"] for one in drawn["maps"]}) == ([], {"heat"})
    (place,) = [one for one in drawn["maps"] if stored(knee, one)[SPOT].min() == 900]
    values = picture(result, place)
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    assert row < ROWS / 2 and column > COLUMNS / 2


def test_the_report_names_simulated_training_and_what_a_heat_map_is_not(knee, tmp_path):
    told = json.loads(run(knee, write_class_bundle(tmp_path / "store")).files["report.json"])
    codes = {message["code"] for message in told["warnings"]}
    assert {"simulated-training", "heat-map", "slices-mean"} <= codes
    assert told["bundles"][0]["simulated_training"] is True


def test_a_spine_is_refused_by_a_bundle_of_the_knee(knee, tmp_path):
    folder, held = knee
    for path in folder.iterdir():
        header = pydicom.dcmread(path)
        header.BodyPartExamined = "LSPINE"
        path.write_bytes(written(header))
    result = run((folder, held), write_lesion_bundle(tmp_path / "store"))
    assert (result.refusal.code, result.anatomy) == ("other-body-part", None)
