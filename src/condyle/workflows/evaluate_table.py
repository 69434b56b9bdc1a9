"""``condyle evaluate --predictions``: anybody's table of predictions in, pages out."""

from __future__ import annotations

from pathlib import Path

from condyle.bundle import find_bundle
from condyle.domain.progress import ProgressCallback, ignore_progress
from condyle.errors import UsageError
from condyle.evaluation.predictions import Predictions
from condyle.reporting.evaluation.checklist_records import TABLE
from condyle.reporting.predictions import read_predictions
from condyle.workflows.evaluation.folder import EVALUATION, OutputFolder
from condyle.workflows.evaluation.pages import digest, make_files
from condyle.workflows.evaluation.report import About, MadeBy
from condyle.workflows.evaluation.rows import Draw


def evaluate_table(
    path: Path,
    *,
    out: Path,
    bundle: str | None = None,
    draw: Draw | None = None,
    progress: ProgressCallback = ignore_progress,
) -> Path:
    """Evaluates a predictions table without an image.

    Args:
        path: The table as CSV, schema ``condyle.predictions/1``.
        out: Folder for the pages, figures and metrics, and for the table as it was read;
            new, empty, or with an earlier evaluation, which is replaced.
        bundle: Name or folder of the bundle that made the table, or whose folds did; then
            the checklists are answered from its manifest too.
        draw: How figures are drawn.
        progress: Told of the stages ``"figures"`` and ``"pages"``.

    Returns:
        The folder.

    Raises:
        InputError: The table cannot be read, or a cell does not fit its task's kind.
        BundleError: The bundle is absent or altered.
        UsageError: The table lies in the folder that would be replaced, or says that
            another bundle made it.
        OutputError: The folder holds something else or cannot be written.
    """
    folder = OutputFolder(out, EVALUATION)
    folder.refuse_inside(path)
    table = read_predictions(path)
    about = About(
        title="Evaluation of a predictions table",
        facts=(("table", path.name), ("SHA-256", digest(path)), ("rows", str(len(table)))),
    )
    files = make_files(
        table,
        about=about,
        draw=draw,
        made_by=None if bundle is None else _made_by(bundle, table),
        progress=progress,
    )
    folder.prepare()
    folder.write_files({TABLE: path.read_bytes(), **files})
    return out


def _made_by(name: str, table: Predictions) -> MadeBy:
    bundle = find_bundle(name)
    stated = set(table.bundle.tolist()) - {""}
    if stated - {bundle.sha256}:
        raise UsageError(
            "The table was made by another bundle.",
            found=f"{len(stated)} SHA-256, such as {min(stated)[:12]}",
            needed=f"{bundle.sha256[:12]}, that of {bundle.manifest.name}, or none",
            mend="name the bundle that made the table, or none.",
        )
    return MadeBy(bundle.manifest)
