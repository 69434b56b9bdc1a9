"""What every part of a manifest has in common: it is frozen and refuses unknown keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64)]
"""A kebab-case name, such as ``"disc-herniation"``."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
"""Words that must be there."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A whole SHA-256 in lower-case hexadecimal."""

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
"""A probability, sensitivity or the like, 0 to 1."""


class Record(BaseModel):
    """Base of the manifest's parts."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
