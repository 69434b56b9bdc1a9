"""A simulated study on disk: two DICOM series, and beside them what is true of them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from condyle.dicom.write import MRTags, derived_uid, write_mr_series
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.domain.volume import Volume
from condyle.errors import OutputError
from condyle.phantoms.lumbar import LumbarPhantom, lumbar_phantom
from condyle.phantoms.patient import LumbarParameters
from condyle.phantoms.signal import SpinEcho

TRUTH_SCHEMA = "condyle-simulated-truth/1"
"""Schema of ``truth.json``."""

_AGE_YEARS = 45


def simulate_lumbar(
    out: Path,
    *,
    seed: int = 1,
    parameters: LumbarParameters | None = None,
    progress: ProgressCallback = ignore_progress,
) -> Path:
    """Writes a simulated lumbar study as a T1- and a T2-weighted sagittal DICOM series.

    The headers say that it is simulated. The truth is written beside the study and not
    in it: ``out/study`` holds nothing but DICOM, ``out/truth/truth.json`` the levels,
    disc centres and grades. The same seed and parameters give the same bytes.

    Args:
        out: Folder to write to, made where it is not there.
        seed: Which person to simulate.
        parameters: What to simulate, by default a study with no slip and no herniation.
        progress: Called in the stages ``"simulate"`` and ``"write"``.

    Returns:
        The folder of the study.

    Raises:
        OutputError: A file cannot be written.
        UsageError: A level, grade or field strength that cannot be simulated.
    """
    progress(Progress("simulate", 0, 1))
    phantom = lumbar_phantom(seed, parameters=parameters)
    progress(Progress("simulate", 1, 1))
    wanted = phantom.parameters
    study = out / "study"
    series = (
        ("T1 TSE sagittal", phantom.t1, wanted.t1_sequence),
        ("T2 TSE sagittal", phantom.t2, wanted.t2_sequence),
    )
    key = ("simulated lumbar spine", str(seed), repr(wanted))
    uids = []
    for number, (description, volume, sequence) in enumerate(series, start=1):
        tags = _tags(phantom, sequence, seed=seed, number=number)
        uids.append(_write_series(study, volume, key=key, description=description, tags=tags))
        progress(Progress("write", number, len(series)))
    _write_truth(out / "truth" / "truth.json", phantom, seed=seed, series_uids=uids)
    return study


def _tags(phantom: LumbarPhantom, sequence: SpinEcho, *, seed: int, number: int) -> MRTags:
    wanted = phantom.parameters
    return MRTags(
        tr_ms=sequence.repetition_time_ms,
        te_ms=sequence.echo_time_ms,
        sequence=("SE",),
        variant=("SK",) if sequence.echo_train_length > 1 else ("NONE",),
        echo_train_length=sequence.echo_train_length,
        field_strength_t=wanted.field_t,
        thickness_mm=wanted.thickness_mm,
        body_part="LSPINE",
        series_number=number,
        study_description="Simulated lumbar spine",
        patient_id=f"SIMULATED-{seed}",
        patient_name="SIMULATED^LUMBAR",
        age_years=_AGE_YEARS,
        sex="O",
        simulated=True,
    )


def _write_series(
    study: Path, volume: Volume, *, key: tuple[str, ...], description: str, tags: MRTags
) -> str:
    """Writes one series and gives its UID, which follows from what was simulated."""
    series_uid = derived_uid(*key, f"series {tags.series_number}")
    write_mr_series(
        study / f"series-{tags.series_number}",
        volume=volume,
        study_uid=derived_uid(*key, "study"),
        series_uid=series_uid,
        frame_of_reference_uid=derived_uid(*key, "frame of reference"),
        description=description,
        tags=tags,
    )
    return series_uid


def _truth(phantom: LumbarPhantom, *, seed: int, series_uids: list[str]) -> dict[str, Any]:
    affine = phantom.t1.affine
    return {
        "schema": TRUTH_SCHEMA,
        "seed": seed,
        "parameters": asdict(phantom.parameters),
        "series_uids": series_uids,
        "midsagittal_slice": phantom.midsagittal,
        "affine_lps": None if affine is None else affine.tolist(),
        "discs": [
            {
                "level": level,
                "index_from_caudal": index,
                "centre_slice_row_column": list(phantom.disc_centres[level]),
                "pfirrmann": phantom.grades[level],
                "slip_mm": phantom.parameters.slips_mm.get(level, 0.0),
                "herniation_mm": phantom.parameters.herniations_mm.get(level, 0.0),
            }
            for index, level in enumerate(phantom.levels, start=1)
        ],
    }


def _write_truth(path: Path, phantom: LumbarPhantom, *, seed: int, series_uids: list[str]) -> None:
    text = json.dumps(_truth(phantom, seed=seed, series_uids=series_uids), indent=2)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            "The truth of the simulated study was not written.",
            found="a folder that cannot be written to",
            needed="a folder with room for the study",
            mend="choose another output folder.",
        ) from error
