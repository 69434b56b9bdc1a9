"""``condyle pacs find``: the studies and series of another system."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from condyle.dicom.network.found import FoundSeries, FoundStudy

from condyle.cli.pacs_peers import PeerName, PeersFile, chosen_peer

_STUDY = ("date", "modalities", "patient id", "patient", "description", "images", "study uid")
_SERIES = ("number", "modality", "description", "body part", "images", "series uid")
_WIDEST = 40


def find(
    peer: PeerName,
    *,
    patient_id: Annotated[str, typer.Option(help="Patient ID; * and ? stand for others.")] = "",
    name: Annotated[str, typer.Option(help="Patient's name as DICOM has it: 'DOE^J*'.")] = "",
    date: Annotated[str, typer.Option(help="20240131, or 20240101-20241231.")] = "",
    accession: Annotated[str, typer.Option(help="Accession number.")] = "",
    modality: Annotated[str, typer.Option(help="Such as MR.")] = "",
    description: Annotated[str, typer.Option(help="Study description, such as '*KNEE*'.")] = "",
    study: Annotated[
        str, typer.Option(metavar="UID", help="List the series of this study instead.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Answers at most.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON, one list.")] = False,
    peers: PeersFile = None,
) -> None:
    """Search a peer's studies, or the series of one: C-FIND, or QIDO-RS.

    Examples:
      condyle pacs find pacs --name 'DOE^*' --modality MR
      condyle pacs find pacs --date 20240101-20240131 --json
      condyle pacs find pacs --study 1.2.840.113619.2.1
    """
    other = chosen_peer(peer, peers)
    from condyle.dicom.network.client import find_series, find_studies
    from condyle.dicom.network.found import Filters

    filters = Filters(
        patient_id=patient_id,
        patient_name=name,
        dates=date,
        accession=accession,
        modality=modality,
        description=description,
        study=study,
    )
    filters.check()
    if study:
        series = find_series(other, filters, limit)
        _tell(_SERIES, series, [_series_row(one) for one in series], as_json=as_json)
        count = len(series)
    else:
        studies = find_studies(other, filters, limit)
        studies.sort(key=lambda one: one.date, reverse=True)
        _tell(_STUDY, studies, [_study_row(one) for one in studies], as_json=as_json)
        count = len(studies)
    if not as_json and count >= limit:
        print(f"These are the first {limit}; there may be more: raise --limit.")


def _tell(
    heads: Sequence[str],
    found: Sequence[FoundStudy] | Sequence[FoundSeries],
    rows: Sequence[Sequence[str]],
    *,
    as_json: bool,
) -> None:
    if as_json:
        print(json.dumps([asdict(one) for one in found], indent=1, ensure_ascii=False))
        return
    for line in _table(heads, rows) if rows else ():
        print(line)
    print(f"{len(rows)} found.")


def _study_row(one: FoundStudy) -> tuple[str, ...]:
    images = "" if one.instances is None else str(one.instances)
    who = (one.patient_id, one.patient_name)
    return (one.date, " ".join(one.modalities), *who, one.description, images, one.uid)


def _series_row(one: FoundSeries) -> tuple[str, ...]:
    number, images = ("" if it is None else str(it) for it in (one.number, one.instances))
    return (number, one.modality, one.description, one.body_part, images, one.uid)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Gives lines of columns as wide as what is in them; the UID stays whole at the end."""
    from rich.cells import cell_len, set_cell_size

    lines = [tuple(heads), *((*(cell[:_WIDEST] for cell in row[:-1]), row[-1]) for row in rows)]
    widths = [max(cell_len(line[at]) for line in lines) for at in range(len(heads))]
    return [
        "  ".join(map(set_cell_size, line, widths)).rstrip()  # wide letters fill two places
        for line in lines
    ]
