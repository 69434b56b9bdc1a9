"""Identifiers of rows in addresses, bounded by what the database's integers hold."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

LARGEST = 2**31 - 1
"""PostgreSQL's ``integer``; a larger number would be a fault of ours instead of a 422."""

RowId = Annotated[int, Path(ge=1, le=LARGEST)]
"""Type of a route's parameter that is the identifier of a row."""

AskedId = Annotated[int | None, Query(ge=1, le=LARGEST)]
"""Type of a route's parameter that asks for rows of one identifier."""
