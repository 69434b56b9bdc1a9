"""Whether the clinic works."""

from __future__ import annotations

from typing import Literal

from condyle.service.schemas.base import Body


class Health(Body):
    """``ok`` where the database answers and is of this version."""

    state: Literal["ok"]
    version: str
