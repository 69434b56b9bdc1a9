"""Checks a file of published figures for what cannot be true."""

from __future__ import annotations

from pathlib import Path

import yaml

from condyle.errors import InputError
from condyle.evaluation.claims import ClaimsReport, check_claims_file, parse_claims


def check_claims(path: Path) -> ClaimsReport:
    """Gives a verdict on each figure of a YAML or JSON file of claims.

    Raises:
        InputError: The file cannot be read, or is no YAML.
        BadConfiguration: It does not fit the schema; all faults are named.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(
            "The claims cannot be read.",
            found=str(error).splitlines()[0],
            needed="a YAML file that can be read",
            mend="check the path, and that figures with a colon or % at the front are in quotes.",
        ) from error
    return check_claims_file(parse_claims(values))
