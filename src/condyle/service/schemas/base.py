"""What every body of the interface shares."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Role = Literal["viewer", "clinician", "annotator", "researcher", "administrator"]
Language = Literal["en", "es"]
Priority = Literal["stat", "urgent", "routine"]
StudyState = Literal["received", "analysing", "read", "signed", "refused"]
AnalysisState = Literal["queued", "running", "done", "refused", "failed", "cancelling", "cancelled"]


class Body(BaseModel):
    """A body whose unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Said(Body):
    """A message as a code with its values, and worded in the reader's language."""

    code: str
    params: dict[str, str | int | float]
    subject: str
    text: str


class Problem(Body):
    """Why a call was not done, in the four parts of an error."""

    failed: str
    found: str = ""
    needed: str = ""
    mend: str = ""
