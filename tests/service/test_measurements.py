"""What was measured, as a study's page has it: in words, with its caveats, against the prior."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.service.conftest import Client
from tests.service.studies_of import put_run, put_study

from condyle.archive.archive import Archive
from condyle.domain.findings import Measurement, Site
from condyle.domain.messages import Message

EARLIER = dt.date(2028, 2, 3)


def one(name: str, value: float | None, *, level: str | None = "L4-L5", **more: Any) -> Measurement:
    site = Site("intervertebral-disc", level, 2)
    values = {"unit": "mm", "repeatability": 1.5} | more
    return Measurement(name, value, site=site, series=0, slice=0, method="masks", **values)


NOW = (
    one("disc-height-middle", 7.04, points=((1.0, 2.0), (3.0, 4.0))),
    one("disc-height-index", 0.30, unit="1", repeatability=0.05),
    one("thecal-sac-disc", None, reason=Message("sac-cut", {}, "L4-L5")),
)


def measured(client: Client, study: int, **headers: str) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/studies/{study}", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["measurements"]
    return found


def by_name(entry: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (level,) = entry["levels"]
    assert (level["level"], level["index_from_caudal"]) == ("L4-L5", 2)
    return {each["name"]: each for each in level["measures"]}


def with_prior(archive: Archive, *before: Measurement) -> int:
    earlier = put_study(archive, 2, date=EARLIER)
    put_run(archive, earlier, number=2, measurements=before)
    study = put_study(archive)
    put_run(archive, study, measurements=NOW)
    return study


def test_a_level_has_its_measures_with_units_repeatability_and_reasons(
    archive: Archive, clinician: Client
) -> None:
    study = put_study(archive)
    run = put_run(archive, study, measurements=NOW)
    (entry,) = measured(clinician, study)
    assert entry["analysis"] == run and entry["prior"] is None
    assert "masks" in entry["note"]
    height, sac = by_name(entry)["disc-height-middle"], by_name(entry)["thecal-sac-disc"]
    assert (height["text"], height["unit"], height["repeatability"]) == ("7.0 mm", "mm", 1.5)
    assert (sac["value"], sac["reason"]["code"]) == (None, "sac-cut")
    assert height["before"] is None and height["change"] is None


def test_words_and_notation_are_the_readers(archive: Archive, clinician: Client) -> None:
    study = put_study(archive)
    put_run(archive, study, measurements=NOW)
    (entry,) = measured(clinician, study, **{"Accept-Language": "es"})
    assert by_name(entry)["disc-height-middle"]["text"] == "7,0 mm"
    assert by_name(entry)["thecal-sac-disc"]["title"] == "Saco tecal en el disco (mm)"
    assert "máscaras" in entry["note"]


def test_a_study_without_measures_has_none(archive: Archive, clinician: Client) -> None:
    study = put_study(archive)
    put_run(archive, study)
    assert measured(clinician, study) == []


def test_a_change_beyond_the_repeatability_is_told_from_one_within(
    archive: Archive, clinician: Client
) -> None:
    before = (
        one("disc-height-middle", 9.0),
        one("disc-height-index", 0.31, unit="1", repeatability=0.05),
        one("thecal-sac-disc", 12.0),
    )
    (entry,) = measured(clinician, with_prior(archive, *before))
    height, index = by_name(entry)["disc-height-middle"], by_name(entry)["disc-height-index"]
    assert (height["before"], height["change"]) == (9.0, "beyond")
    assert (index["before"], index["change"]) == (0.31, "within")
    assert by_name(entry)["thecal-sac-disc"]["change"] is None
    prior = entry["prior"]
    assert prior["study_date"] == EARLIER.isoformat()
    codes = [(one["code"], one["subject"]) for one in prior["said"]]
    assert codes == [("prior-same-patient", "study"), ("change-since-prior", "L4-L5")]


def test_who_may_not_see_identities_gets_no_date_of_the_prior(
    archive: Archive, researcher: Client
) -> None:
    (entry,) = measured(researcher, with_prior(archive, one("disc-height-middle", 9.0)))
    assert entry["prior"]["study_date"] is None and entry["prior"]["said"]


@pytest.mark.parametrize("identifier", ["P-100", "P-200"])
def test_only_an_earlier_study_of_the_same_patient_is_a_prior(
    archive: Archive, clinician: Client, identifier: str
) -> None:
    later = put_study(archive, 2, date=dt.date(2030, 1, 1), identifier=identifier)
    put_run(archive, later, number=2, measurements=(one("disc-height-middle", 9.0),))
    study = put_study(archive)
    put_run(archive, study, measurements=NOW)
    (entry,) = measured(clinician, study)
    assert entry["prior"] is None


def test_the_prior_is_compared_by_the_names_that_readers_gave_its_discs(
    archive: Archive, clinician: Client
) -> None:
    study = with_prior(archive, one("disc-height-middle", 9.0))
    earlier = clinician.get(f"/api/v1/studies/{study}").json()["priors"][0]["id"]
    run = clinician.get(f"/api/v1/studies/{earlier}").json()["analyses"][0]["id"]
    body = {"kind": "level", "analysis": run, "levels": {"2": "L3-L4"}}
    answer = clinician.post(f"/api/v1/studies/{earlier}/corrections", json=body)
    assert answer.status_code == 201, answer.text
    (entry,) = measured(clinician, study)
    assert by_name(entry)["disc-height-middle"]["before"] is None
    assert "not-comparable-with-prior" in [one["code"] for one in entry["prior"]["said"]]


def test_a_draft_report_has_the_measures_and_what_changed(
    archive: Archive, clinician: Client
) -> None:
    study = with_prior(archive, one("disc-height-middle", 9.0))
    answer = clinician.post(f"/api/v1/studies/{study}/reports", json={"language": "es"})
    assert answer.status_code == 201, answer.text
    sections = {one["name"]: one["text"] for one in answer.json()["sections"]}
    assert "7,0" in sections["findings"] and "decúbito" in sections["findings"]
    assert f"estudio previo del {EARLIER.isoformat()}" in sections["findings"]
