"""The folder of an evaluation: its table, its figures, its pages, and a picture a case."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from condyle.bundle import Bundle, Metric
from condyle.domain.case import Case
from condyle.domain.report import SliceView
from condyle.errors import OutputError
from condyle.evaluation.predictions import PredictionRow, predictions_from_rows
from condyle.reporting.overlays import overlay_png
from condyle.reporting.predictions import write_predictions

SCHEMA = "condyle.evaluation/1"
TABLE, FIGURES = "predictions.csv", "metrics.json"

_OURS = re.compile(
    r"predictions\.csv|metrics\.(json|csv)|report\.(html|pdf)|overlay-[A-Za-z0-9._-]+\.png"
    r"|comparison\.(json|csv)|(cohort|checklist|drift)[A-Za-z0-9._-]*\.(csv|json|md|html)"
    r"|\.unfinished"
)
_FIGURE = re.compile(r"[A-Za-z0-9-]+\.(svg|png)|\.unfinished")
_FIGURES_FOLDER = "figures"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class EvaluationFolder:
    """Writes an evaluation, each file whole or not at all.

    Args:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> None:
        """Makes the folder, and takes an earlier evaluation out of it.

        Raises:
            OutputError: It holds anything else, or cannot be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            entries = sorted(self.path.iterdir())
            others = [entry for entry in entries if not _is_ours(entry)]
            if others:
                raise _refusal(f"{len(others)} files or folders that are no part of one")
            for entry in entries:
                _take_out(entry)
        except FileExistsError as error:
            raise _refusal("a file of that name") from error
        except OSError as error:
            raise _unwritten(error) from error

    def write_picture(self, case: Case, view: SliceView) -> None:
        """Writes the overlay picture of a case, named after it."""
        self._write(picture_name(case.id), overlay_png(view, simulated=_simulated(case)))

    def picture(self, case: str) -> bytes | None:
        """Gives the picture that was written of a case, or nothing where there is none."""
        path = self.path / picture_name(case)
        return path.read_bytes() if path.is_file() else None

    def write_files(self, files: Mapping[str, bytes]) -> None:
        """Writes pages and figures by name; a name may stand in the folder ``figures``.

        Raises:
            OutputError: The folder cannot be written.
        """
        for name, content in files.items():
            self._write(name, content)

    def write_table(self, rows: Sequence[PredictionRow]) -> None:
        """Writes the predictions table."""
        write_predictions(self.path / TABLE, predictions_from_rows(rows))

    def write_metrics(
        self,
        bundle: Bundle | None,
        *,
        patients: int,
        in_sample: int,
        metrics: Sequence[Metric] | None,
        reason: str | None,
        tasks: Sequence[Mapping[str, object]] | None = None,
    ) -> None:
        """Writes ``metrics.json``.

        Args:
            bundle: What was evaluated, or ``None`` where a table was given.
            patients: How many were read.
            in_sample: How many of them the bundle was trained on.
            metrics: Figures over the others, or ``None`` where there are none.
            reason: Why there is no figure, or ``None``.
            tasks: Everything that the pages say, task by task, or ``None`` without pages.
        """
        figures = None
        if metrics is not None:
            figures = [metric.model_dump(mode="json") for metric in metrics]
        document: dict[str, object] = {
            "schema": SCHEMA,
            "bundle": None
            if bundle is None
            else {
                "name": bundle.manifest.name,
                "version": bundle.manifest.version,
                "sha256": bundle.sha256,
            },
            "patients": patients,
            "in_sample": in_sample,
            "out_of_sample": patients - in_sample,
            "figures": figures,
            "reason": reason,
        }
        if tasks is not None:
            document["tasks"] = list(tasks)
        text = json.dumps(document, indent=1, sort_keys=True) + "\n"
        self._write(FIGURES, text.encode())

    def _write(self, name: str, content: bytes) -> None:
        target = self.path / name
        part = target.with_name(".unfinished")
        try:
            target.parent.mkdir(exist_ok=True)
            part.write_bytes(content)
            os.replace(part, target)
        except OSError as error:
            raise _unwritten(error) from error


def picture_name(case: str) -> str:
    """Gives the file name of a case's picture."""
    return f"overlay-{_UNSAFE.sub('-', case)}.png"


def _is_ours(entry: Path) -> bool:
    if entry.name == _FIGURES_FOLDER and entry.is_dir() and not entry.is_symlink():
        return all(_FIGURE.fullmatch(inner.name) for inner in entry.iterdir())
    return bool(_OURS.fullmatch(entry.name))


def _take_out(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        for inner in entry.iterdir():
            inner.unlink()
        entry.rmdir()
    else:
        entry.unlink()


def _simulated(case: Case) -> bool:
    return any(series.simulated for series in case.study.series)


def _refusal(found: str) -> OutputError:
    return OutputError(
        "The evaluation was not started, so that nothing of yours is lost.",
        found=found,
        needed="a new or empty folder, or an earlier evaluation",
        mend="name another folder with --out, or empty this one.",
    )


def _unwritten(error: OSError) -> OutputError:
    return OutputError(
        "The evaluation could not be written.",
        found=error.strerror or type(error).__name__,
        needed="a folder that can be written to, with room",
        mend="name another folder with --out.",
    )
