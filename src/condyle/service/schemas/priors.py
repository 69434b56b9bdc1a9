"""A patient's earlier studies, and how far fetching them is."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from condyle.service.schemas.base import Body, Said

FetchState = Literal["queued", "running", "done", "failed"]


class PriorsAsked(Body):
    """From where the earlier studies are to be fetched; the first peer where it is empty."""

    peer: str = Field(default="", max_length=48)


class PriorsFetchEntry(Body):
    """One fetch: ``done`` of ``total`` instances of ``studies`` studies."""

    id: int
    peer: str
    state: FetchState
    studies: int
    done: int
    total: int
    reason: Said | None
    asked_at: dt.datetime


class Priors(Body):
    """From where earlier studies can be fetched, and what was asked for, the latest first."""

    peers: list[str]
    fetches: list[PriorsFetchEntry]
