"""``condyle export``: a read study as DICOM objects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from condyle.cli.extras import need
from condyle.cli.progress import shown_progress
from condyle.cli.read import Language

if TYPE_CHECKING:
    from condyle.dicom.deidentify import Profile
    from condyle.dicom.objects import DicomObject
    from condyle.workflows.export_study import Wanted


def export(
    out: Annotated[Path, typer.Option(metavar="DIR", help="New or empty folder for the objects.")],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="STUDY", help="A DICOM folder, zip or files: one study."),
    ] = None,
    to: Annotated[
        str,
        typer.Option(
            metavar="KINDS",
            help="What to write, by commas: seg (masks), labelmap (masks in one layer), sr"
            " (structured report), pdf, sc (pictures).",
        ),
    ] = "seg,sr,pdf,sc",
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="report.json of an earlier 'condyle read' of STUDY."),
    ] = None,
    archive: Annotated[
        int | None,
        typer.Option(metavar="ID", min=1, help="A study of the clinic instead, by its number."),
    ] = None,
    unverified: Annotated[
        bool, typer.Option("--unverified", help="With --archive: also what nobody has signed.")
    ] = False,
    replaces: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of objects that went out before: take them back."),
    ] = None,
    study: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Which study, where there are several, from 1."),
    ] = None,
    bundle: Annotated[
        str, typer.Option(metavar="NAME", help="Bundle to read by: a name or folder.")
    ] = "lumbar-grading",
    language: Annotated[Language, typer.Option(help="Language of the words.")] = Language.EN,
    deidentify: Annotated[
        Path | None,
        typer.Option(metavar="KEY", help="De-identify them by this project's key file."),
    ] = None,
    profile: Annotated[
        str, typer.Option(metavar="WORDS", help="With --deidentify: options of PS3.15 E.")
    ] = "basic,clean-structured",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Write what was found in a study as DICOM objects: masks, report, PDF, pictures.

    Everything is marked as an unverified draft, but for a study of the clinic whose report
    a clinician has signed. Nothing is sent.

    Examples:
      condyle export path/to/study --out objects
      condyle export path/to/study --report report/report.json --to seg,sr --out objects
      condyle export --archive 12 --out objects
      condyle export --archive 12 --out objects --deidentify keys/project.key
    """
    from condyle.dicom.deidentify import profile_of
    from condyle.dicom.objects import kinds_named
    from condyle.errors import UsageError
    from condyle.workflows.export_study import Wanted, export_study
    from condyle.workflows.exporting.folder import objects_in, require_empty, write_objects

    if bool(paths) == (archive is not None):
        raise UsageError(
            "Nothing was exported.",
            found="a study and --archive" if paths else "no study",
            needed="either the path of a study, or --archive and its number",
            mend="condyle export STUDY --out DIR",
        )
    wanted = Wanted(
        kinds=kinds_named(to),
        language=language.value,
        replaces=() if replaces is None else objects_in(replaces),
    )
    options = None if deidentify is None else profile_of(profile.split(","))
    require_empty(out)
    if archive is not None:
        made = _from_archive(archive, wanted, unverified=unverified, named=options is None)
    else:
        with shown_progress(quiet=quiet) as progress:
            made = export_study(
                paths or [], wanted, report=report, study=study, bundle=bundle, progress=progress
            )
    if deidentify is not None and options is not None:
        _without_identity(made, out, deidentify, options)
        return
    write_objects(made, out)
    if not quiet:
        _tell(made, out)


def _without_identity(
    made: tuple[DicomObject, ...], out: Path, key: Path, profile: Profile
) -> None:
    """Writes objects as ``condyle deidentify`` does by the same key, and never as they are.

    So their patient, study and images are called as those of its images are.
    """
    import tempfile

    from condyle.cli.deidentify import run_plan
    from condyle.workflows.deidentification.plan import plan_of
    from condyle.workflows.exporting.folder import write_objects

    with tempfile.TemporaryDirectory(prefix="condyle-export-") as private:
        named = Path(private) / "objects"
        write_objects(made, named)
        run_plan(plan_of((named,), out, key=key, profile=profile))


def _from_archive(
    study: int, wanted: Wanted, *, unverified: bool, named: bool
) -> tuple[DicomObject, ...]:
    """Takes a study of the clinic along, and writes that into its audit log."""
    need("clinic", "Exporting a study of the clinic")
    from condyle.archive.audit import append, system_act
    from condyle.archive.studies import get_study
    from condyle.service.opening import open_archive
    from condyle.service.settings import load_settings
    from condyle.workflows.clinic.export import Export, export_act, export_archived

    settings = load_settings()
    archive = open_archive(settings)
    try:
        export = Export(
            kinds=wanted.kinds,
            language=wanted.language,
            unverified=unverified,
            organization=settings.organization,
            replaces=wanted.replaces,
        )
        made = export_archived(archive, study, export)
        act = system_act("command line")
        with archive.database.write() as session:
            kept = act(
                archive.clock(),
                "study.exported",
                subject="study",
                subject_id=str(study),
                **export_act(made),
                **({} if named else {"deidentified": True}),
            )
            append(session, kept.of_patient(get_study(session, study).patient_id))
    finally:
        archive.database.close()
    return made


def _tell(made: tuple[DicomObject, ...], out: Path) -> None:
    for one in made:
        print(f"{out / one.name}  {len(one.content):,} bytes")
    verified = bool(made) and all(one.verified for one in made)
    print("Signed by a clinician." if verified else "Unverified draft, research use.")
