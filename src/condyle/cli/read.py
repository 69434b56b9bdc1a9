"""``condyle read``: one study in, one report out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from condyle.cli.progress import shown_progress


class Language(StrEnum):
    """The languages that a report is worded in."""

    EN = "en"
    ES = "es"


def read(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH",
            help="A DICOM folder or zip, or NIfTI, NRRD, MHA, NPY, PNG, JPEG or TIFF files."
            " Several paths are one study.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the report.")],
    study: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Which study to read, where there are several, from 1."
        ),
    ] = None,
    bundle: Annotated[
        str,
        typer.Option(metavar="NAME", help="Bundle to read by: a name, name@version or folder."),
    ] = "lumbar-grading",
    prior: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="An earlier study of the same patient, to compare with."),
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of the report.")] = Language.EN,
    int8: Annotated[
        bool,
        typer.Option(
            "--int8", help="Run networks of 8 bits: about twice as fast. Needs the openvino extra."
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Read one study and write its report.

    Writes report.json, report.html, report.pdf, overlay pictures and a labelmap a series
    into DIR, and prints what was found.

    Examples:
      condyle read path/to/study --out report
      condyle read study.zip --study 2 --out report
      condyle read 100_t1.png 100_t2.png --out report --language es
      condyle read path/to/knee --bundle knee-unet --out report
      condyle read study.zip --prior earlier.zip --out report
    """
    from condyle.cli.summary import summary_lines
    from condyle.reporting import write_report
    from condyle.workflows.read_study import read_study

    with shown_progress(quiet=quiet) as progress:
        earlier = None
        if prior is not None:  # before the study, so that nothing is read in vain
            from condyle.workflows.compare_prior import read_prior, with_prior
            from condyle.workflows.open_study import names_other_patients

            earlier = read_prior(
                prior,
                lambda path: read_study(path, bundles=[bundle], int8=int8, progress=progress),
            )
        report = read_study(paths, study=study, bundles=[bundle], int8=int8, progress=progress)
        if prior is not None and earlier is not None:
            other = study is None and names_other_patients(paths, prior)
            report = with_prior(report, earlier, other_patient=other)
        written = write_report(report, out, language=language.value)
    if quiet:
        return
    for line in summary_lines(report):
        print(line)
    print(f"Report: {written.directory / 'report.html'}")
    print(f"        {len(written.files)} files in {written.directory}")
