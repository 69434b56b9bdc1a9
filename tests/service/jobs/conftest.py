"""Studies of drawn spines in an archive, and the bundles that read them by their grey levels."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pydicom
import pytest

from condyle.archive.store import NewInstance, NewPatient, NewSeries, NewStudy, store
from condyle.dicom.write import MRTags, derived_uid, write_mr_series
from condyle.domain.volume import Volume

SAGITTAL = np.array(
    [[4.0, 0, 0, 0], [0, 0, 1.0, 0], [0, -1.0, 0, 0], [0, 0, 0, 1.0]], dtype=np.float64
)
"""Slices to the left, rows to the feet, columns to the back, 1 mm a pixel."""


def _drawing():
    """The module beside this room's that draws spines; a conftest has no name to import it by."""
    path = Path(__file__).parents[2] / "workflows" / "conftest.py"
    spec = importlib.util.spec_from_file_location("drawn_spines", path)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session", name="drawn")
def _drawn():
    return _drawing()


@pytest.fixture(scope="session", name="bundle_store")
def _bundle_store(drawn, tmp_path_factory):
    """A store with the pair of bundles that read drawn spines."""
    store = tmp_path_factory.mktemp("store")
    drawn.write_bundles(store)
    return store


@pytest.fixture(name="installed")
def _installed(bundle_store, monkeypatch):
    monkeypatch.setenv("CONDYLE_BUNDLES", str(bundle_store))
    return bundle_store


@pytest.fixture(scope="session", name="spine_files")
def _spine_files(drawn, tmp_path_factory):
    """Gives the DICOM files of a study: T1 and T2 of one slice each, the same for one number."""
    folder = tmp_path_factory.mktemp("spines")

    def files(number, *, body_part="LSPINE"):
        made = folder / f"{number}-{body_part}"
        if not made.exists():
            for series, weighting in enumerate(("t1", "t2"), 1):
                drawing = drawn.draw_spine(seed=10 * number + series)
                _write(drawing, made, series, weighting, uid=f"{number}", body_part=body_part)
        return sorted(made.rglob("*.dcm"))

    return files


def _write(drawing, folder, series, weighting, *, uid, body_part):
    array = drawing.image[None]
    repetition_ms, echo_ms = (500.0, 10.0) if weighting == "t1" else (4000.0, 100.0)
    tags = MRTags(
        tr_ms=repetition_ms,
        te_ms=echo_ms,
        patient_id=f"P{uid}",
        patient_name="Drawn^Spine",
        body_part=body_part,
        series_number=series,
    )
    write_mr_series(
        folder,
        volume=Volume(array, spacing=(4.0, 1.0, 1.0), affine=SAGITTAL),
        study_uid=derived_uid("study", uid),
        series_uid=derived_uid("series", uid, str(series)),
        frame_of_reference_uid=derived_uid("frame", uid),
        description=f"sag {weighting}",
        tags=tags,
    )


@pytest.fixture(scope="session", name="hold")
def _hold(spine_files):
    """Stores a study of drawn spines in an archive and gives its number."""

    def hold(archive, number=1, *, priority_rank=2, exclusions=None, **drawn):
        paths = spine_files(number, **drawn)
        batch = [_instance(path, priority_rank, exclusions) for path in paths]
        return store(archive, batch)[0].study_id

    return hold


def _instance(path, priority_rank, exclusions):
    header = pydicom.dcmread(path)
    return NewInstance(
        patient=NewPatient(identifier=header.PatientID, name=str(header.PatientName)),
        study=NewStudy(
            uid=header.StudyInstanceUID,
            source="upload",
            priority_rank=priority_rank,
            exclusions=exclusions,
        ),
        series=NewSeries(uid=header.SeriesInstanceUID, number=header.SeriesNumber, modality="MR"),
        uid=header.SOPInstanceUID,
        class_uid=header.SOPClassUID,
        transfer_syntax=header.file_meta.TransferSyntaxUID,
        content=path.read_bytes(),
        header=b"",
        number=header.InstanceNumber,
        rows=header.Rows,
        columns=header.Columns,
    )
