"""A patient in time: the studies, and which reports there are of them."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from condyle.service.schemas.base import Body
from condyle.service.schemas.studies import PatientEntry, WorklistEntry


class PatientReport(Body):
    """That there is a report, and whose; what it says is asked for by its number.

    ``by`` is who signed it, of a draft who changed it last; empty with a pseudonym.
    """

    id: int
    study: int
    language: str
    state: Literal["draft", "signed"]
    by: str
    at: dt.datetime
    addenda: int


class PatientStudies(Body):
    """A patient with the latest studies and their reports, the latest first.

    ``total`` is how many studies there are, also those that are left out.
    """

    patient: PatientEntry
    studies: list[WorklistEntry]
    total: int
    reports: list[PatientReport]
