"""The names that may be said of a study, for everybody and in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from tests.service.conftest import Client, LogIn

from condyle.domain.anatomy import FINDINGS, LEVELS, SCALES
from condyle.service.access import ROLES
from condyle.service.schemas.base import Role


def terms(client: Client, language: str = "en") -> dict[str, Any]:
    answer = client.get("/api/v1/terms", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.parametrize("role", ROLES)
def test_everybody_is_told_every_finding_and_level_in_the_order_of_the_tables(
    role: Role, log_in: LogIn
) -> None:
    told = terms(log_in(role))
    assert [one["name"] for one in told["findings"]] == list(FINDINGS)
    assert [one["name"] for one in told["levels"]] == list(LEVELS)


def test_a_finding_with_a_scale_has_each_grade_in_words_and_others_have_none(
    clinician: Client,
) -> None:
    findings = {one["name"]: one for one in terms(clinician)["findings"]}
    grades = findings["pfirrmann-grade"]["grades"]
    assert [one["grade"] for one in grades] == [g for g, _ in SCALES["pfirrmann"].grades]
    assert grades[4]["text"] == "black, disc space collapsed"
    assert findings["disc-bulging"]["grades"] == []
    assert findings["disc-bulging"]["kind"] == "presence"


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_title_and_no_grade_is_a_bare_name_of_a_table(language: str, clinician: Client) -> None:
    for one in terms(clinician, language)["findings"]:
        texts = [one["title"], *(grade["text"] for grade in one["grades"])]
        assert all(" " in text for text in texts), texts
    spanish = terms(clinician, "es")["findings"][0]
    assert spanish["title"] == "Grado de Pfirrmann"


def test_a_level_says_its_vertebrae_and_whether_it_is_usual(clinician: Client) -> None:
    levels = {one["name"]: one for one in terms(clinician)["levels"]}
    assert (levels["L5-S1"]["above"], levels["L5-S1"]["below"]) == ("L5", "S1")
    assert [name for name, one in levels.items() if not one["usual"]] == ["S1-S2", "L6-S1", "L5-L6"]
