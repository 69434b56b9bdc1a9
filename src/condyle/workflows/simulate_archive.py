"""A labelled archive of simulated patients, in any layout that has a place for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from condyle.datasets.archive import Archive
from condyle.datasets.layouts import layout_named
from condyle.datasets.simulated_marker import SimulatedMarker, write_marker
from condyle.domain.case import Case
from condyle.domain.progress import Progress, ProgressCallback, ignore_progress
from condyle.errors import OutputError, UnknownName, UsageError
from condyle.phantoms.population import anatomy_named, simulated_cases
from condyle.phantoms.simulated import SimulatedAnatomy, SimulatedPatient
from condyle.workflows.simulated_dicom import write_dicom_archive
from condyle.workflows.simulated_fit import CLASSES, FITTED, fit_for
from condyle.workflows.simulated_spool import spooled

DICOM = "dicom"
DEFAULT_LAYOUTS: Mapping[str, str] = {"knee": "pairs", "ankle": "folders", "lumbar": "voc"}
"""Anatomy to the layout that its recipes are usually trained from."""

_ONLY: Mapping[str, tuple[str, ...]] = {"mrnet": ("knee",), "spider": ("lumbar",)}


@dataclass(frozen=True)
class ArchiveRequest:
    """What archive to simulate.

    Attributes:
        anatomy: ``"knee"``, ``"ankle"`` or ``"lumbar"``.
        patients: How many.
        seed: Of the population.
        layout: Name of a layout; the anatomy's usual one where ``None``.
        difficulty: 0 to 1.
        size: Rows and columns of a slice.
        slices: Slices a series; the anatomy's own number where ``None``.
        prevalence: Finding to its share among patients, where not the anatomy's own.
        label: The one label of class folders; the anatomy's main one where ``None``.
    """

    anatomy: str
    patients: int
    seed: int = 1
    layout: str | None = None
    difficulty: float = 0.3
    size: int = 256
    slices: int | None = None
    prevalence: Mapping[str, float] = field(default_factory=dict)
    label: str | None = None

    @property
    def layout_name(self) -> str:
        """Name of the layout, the usual one where none was asked for."""
        return self.layout or DEFAULT_LAYOUTS.get(self.anatomy, DICOM)


def simulate_archive(
    out: Path, request: ArchiveRequest, *, progress: ProgressCallback = ignore_progress
) -> Path:
    """Writes a labelled archive of simulated patients.

    Each patient is made, put aside on disk and forgotten; the layout's writer then takes
    them all. The writers of boxes hold the pictures, 8 bits a pixel, until they are done;
    the others hold one patient. In ``out`` lie ``simulated.json`` and ``README.txt``
    besides, which say that nobody in it is a patient.

    Args:
        out: An empty folder, made where it is not there.
        request: What to simulate.
        progress: Called in the stages ``"simulate"`` and ``"write"``.

    Returns:
        The folder.

    Raises:
        UnknownName: There is no such anatomy, layout or finding.
        UsageError: A number is out of range, or the layout has no place for the anatomy.
        OutputError: The folder is not empty, or cannot be written to.
    """
    anatomy = anatomy_named(request.anatomy)
    layout = request.layout_name
    _check_layout(request.anatomy, layout)
    people = _told(_people(request), request.patients, progress)
    if layout == DICOM:
        key = (request.anatomy, str(request.seed), f"{request.difficulty:g}", str(request.size))
        write_dicom_archive(out, people, name=request.anatomy, anatomy=anatomy, key=key)
    else:
        label = _label(anatomy, request.label)
        _write(out, people, anatomy, layout=layout, label=label)
    marker = SimulatedMarker(
        anatomy=request.anatomy,
        patients=request.patients,
        seed=request.seed,
        difficulty=request.difficulty,
        size=request.size,
        layout=layout,
        slices=request.slices,
        prevalence=dict(request.prevalence),
        label=request.label,
    )
    write_marker(out, marker)
    progress(Progress("write", 1, 1))
    return out


def layouts_of(anatomy: str) -> tuple[str, ...]:
    """Gives the names of the layouts that an anatomy can be written in, sorted."""
    known = (*FITTED, DICOM)
    return tuple(sorted(name for name in known if anatomy in _ONLY.get(name, (anatomy,))))


def _people(request: ArchiveRequest) -> Iterator[SimulatedPatient]:
    return simulated_cases(
        request.anatomy,
        patients=request.patients,
        seed=request.seed,
        difficulty=request.difficulty,
        size=request.size,
        slices=request.slices,
        prevalence=request.prevalence,
    )


def _label(anatomy: SimulatedAnatomy, wanted: str | None) -> str:
    """Gives the label that was asked for, or the first finding that can be asked for."""
    findings = [name for name in anatomy.labels if name in anatomy.prevalence]
    if wanted is not None and wanted not in findings:
        raise UnknownName("label of this anatomy's slices", wanted, findings)
    return wanted or findings[0]


def _write(
    out: Path,
    people: Iterable[SimulatedPatient],
    anatomy: SimulatedAnatomy,
    *,
    layout: str,
    label: str,
) -> None:
    write = layout_named(layout).write
    if write is None:
        raise UsageError(
            f"Nothing is written in the layout '{layout}'.",
            found=f"'{layout}', which is only read",
            needed="a layout that is written too",
            mend="choose another layout.",
        )
    fit = fit_for(layout, label=label)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=out.parent, prefix=".simulating-") as scratch:
            cases = spooled((case for one in people for case in fit(one)), Path(scratch))
            write(out, _archive(layout, cases, anatomy))
    except OSError as error:
        raise OutputError(
            "The simulated patients were not written.",
            found="a folder that cannot be written to",
            needed="a folder with room for the patients twice",
            mend="choose another output folder.",
        ) from error


def _archive(layout: str, cases: Iterable[Case], anatomy: SimulatedAnatomy) -> Archive:
    """Gives the archive, which names no more than what its cases hold."""
    listed = tuple(cases)
    graded = {label for case in listed for row in case.reference.grades.values() for label in row}
    named = {label: names for label, names in anatomy.labels.items() if label in graded}
    if layout == CLASSES:
        # A folder is called after the finding, since "yes" says nothing to who opens it.
        named = {label: (f"no-{label}", label) for label in named}
    return Archive(
        layout=layout,
        cases=listed,
        labels=named,
        structures=anatomy.structures if any(case.reference.masks for case in listed) else (),
        box_classes=anatomy.box_classes if any(case.reference.boxes for case in listed) else (),
    )


def _told(
    people: Iterator[SimulatedPatient], total: int, progress: ProgressCallback
) -> Iterator[SimulatedPatient]:
    progress(Progress("simulate", 0, total))
    for number, one in enumerate(people, start=1):
        progress(Progress("simulate", number, total))
        yield one


def _check_layout(anatomy: str, layout: str) -> None:
    if layout not in (*FITTED, DICOM):
        raise UnknownName("layout of simulated patients", layout, (*FITTED, DICOM))
    if layout not in layouts_of(anatomy):
        raise UsageError(
            f"The layout '{layout}' has no place for this anatomy.",
            found=anatomy,
            needed=f"for {anatomy} one of: {', '.join(layouts_of(anatomy))}",
            mend="choose one of these with --layout.",
        )
