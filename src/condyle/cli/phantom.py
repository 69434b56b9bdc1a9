"""``condyle phantom``: simulated patients with known truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from condyle.cli.progress import shown_progress
from condyle.cli.verb import add_verb
from condyle.errors import UsageError

if TYPE_CHECKING:
    from condyle.workflows.simulate_archive import ArchiveRequest

_PATIENTS = 20

_KNEE = """Make a labelled archive of simulated knees: ruptures, meniscal tears, strains.

Volumes with their masks (pairs) unless another layout is named. The folder says of itself
that nobody in it is a patient.

Examples:
  condyle phantom knee --patients 60 --out knees
  condyle phantom knee --patients 60 --out exams --layout mrnet --slices 12
"""
_ANKLE = """Make a labelled archive of simulated ankles: osteochondral lesions of the talus.

Class folders (folders) unless another layout is named. The folder says of itself that
nobody in it is a patient.

Examples:
  condyle phantom ankle --patients 60 --out ankles
  condyle phantom ankle --patients 60 --out hard --difficulty 0.8
"""
_LUMBAR = """Make simulated lumbar spines: one DICOM study, or a labelled archive.

Without --patients: one study, sagittal T1 and T2, with its truth beside it. With it: an
archive of patients with herniations and slips, pictures with boxes of discs (voc) unless
another layout is named.

Examples:
  condyle phantom lumbar --out example --seed 1
  condyle phantom lumbar --patients 60 --out spines --layout yolo
"""


def phantom_app() -> typer.Typer:
    """Makes the verbs under ``condyle phantom``."""
    app = typer.Typer(
        help="Make simulated patients, to try Condyle without real ones.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    app.callback()(_phantom)
    for anatomy, text in (("knee", _KNEE), ("ankle", _ANKLE), ("lumbar", _LUMBAR)):
        add_verb(app, _archive_verb(anatomy, text), anatomy)
    return app


def _phantom() -> None:
    """Make simulated patients, to try Condyle without real ones."""


def _archive_verb(anatomy: str, text: str) -> Callable[..., None]:
    def verb(
        *,
        out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for what comes out.")],
        patients: Annotated[
            int | None, typer.Option(metavar="N", min=1, help="How many patients.")
        ] = None if anatomy == "lumbar" else _PATIENTS,
        layout: Annotated[
            str | None,
            typer.Option(
                metavar="NAME",
                help="pairs, folders, table, voc, coco, yolo, dicom; mrnet for knees, spider"
                " for the spine.",
            ),
        ] = None,
        seed: Annotated[
            int, typer.Option(metavar="N", min=0, help="Same number, same simulated patients.")
        ] = 1,
        difficulty: Annotated[
            float | None,
            typer.Option(
                metavar="0..1",
                help="How faint and small lesions are and how poor the images; 0.3 by default.",
            ),
        ] = None,
        size: Annotated[
            int | None,
            typer.Option(metavar="PX", help="Rows and columns of a slice; 256 by default."),
        ] = None,
        slices: Annotated[
            int | None, typer.Option(metavar="N", min=1, help="Slices a series; few by default.")
        ] = None,
        prevalence: Annotated[
            list[str] | None,
            typer.Option(metavar="FINDING=SHARE", help="Share with a finding; repeatable."),
        ] = None,
        label: Annotated[
            str | None, typer.Option(metavar="FINDING", help="The one label of class folders.")
        ] = None,
    ) -> None:
        chosen = {
            "--layout": layout,
            "--difficulty": difficulty,
            "--size": size,
            "--slices": slices,
            "--prevalence": prevalence,
            "--label": label,
        }
        if patients is None:
            _one_study(out, seed, [name for name, value in chosen.items() if value is not None])
            return
        from condyle.workflows.simulate_archive import ArchiveRequest

        plain = ArchiveRequest(anatomy, patients)
        _archive(
            out,
            ArchiveRequest(
                anatomy,
                patients,
                seed=seed,
                layout=layout,
                difficulty=plain.difficulty if difficulty is None else difficulty,
                size=plain.size if size is None else size,
                slices=slices,
                prevalence=_shares(prevalence or ()),
                label=label,
            ),
        )

    verb.__doc__ = text
    return verb


def _one_study(out: Path, seed: int, chosen: Sequence[str]) -> None:
    if chosen:
        raise UsageError(
            "A single study has no such option.",
            found=", ".join(chosen),
            needed="--patients as well, for an archive, or --out and --seed alone",
            mend="add --patients N, or leave these out.",
        )
    from condyle.workflows.simulate import simulate_lumbar

    print(f"Simulated study: {simulate_lumbar(out, seed=seed)}")


def _archive(out: Path, request: ArchiveRequest) -> None:
    from condyle.workflows.simulate_archive import simulate_archive

    with shown_progress() as progress:
        folder = simulate_archive(out, request, progress=progress)
    print(
        f"Simulated archive: {folder} ({request.patients} patients, layout {request.layout_name})"
    )


def _shares(texts: Sequence[str]) -> dict[str, float]:
    """Parses ``FINDING=SHARE`` texts.

    Raises:
        UsageError: One is no such text.
    """
    shares: dict[str, float] = {}
    for text in texts:
        name, _, share = text.partition("=")
        try:
            shares[name.strip()] = float(share)
        except ValueError as error:
            raise UsageError(
                "A prevalence was not understood.",
                found=f"'{text}'",
                needed="FINDING=SHARE, such as acl-tear=0.4",
                mend="correct --prevalence.",
            ) from error
    return shares
