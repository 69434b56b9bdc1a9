"""What a threshold would mean is told from the validation of the very bundle that ran."""

from __future__ import annotations

from tests.service.conftest import Client
from tests.service.studies_of import NOON, put_run, put_study

from condyle.archive.analyses import BundleRun, queue_analysis
from condyle.archive.archive import Archive
from condyle.bundle import installed_bundles


def curves(client: Client, run: str) -> dict:
    answer = client.get(f"/api/v1/analyses/{run}/operating-curves")
    assert answer.status_code == 200, answer.text
    return answer.json()


def real_run(archive: Archive, name: str) -> str:
    (bundle,) = [one for one in installed_bundles() if one.manifest.name == name]
    study = put_study(archive)
    with archive.database.write() as session:
        made = BundleRun(name, bundle.manifest.version, bundle.sha256)
        return queue_analysis(session, study, made, at=NOON).id


def test_each_finding_has_the_points_of_the_bundles_manifest(
    clinician: Client, archive: Archive
) -> None:
    given = curves(clinician, real_run(archive, "lumbar-grading"))
    (bundle,) = [one for one in installed_bundles() if one.manifest.name == "lumbar-grading"]
    assert given["known"] and given["scheme"] == bundle.manifest.validation.scheme
    told = {curve["name"]: curve for curve in given["curves"]}
    assert set(told) == set(bundle.manifest.operating_curves)
    known = bundle.manifest.operating_curves["disc-bulging"]
    assert told["disc-bulging"]["chosen"] == known.chosen
    half = next(one for one in told["disc-bulging"]["points"] if one["threshold"] == 0.5)
    kept = next(one for one in known.points if one.threshold == 0.5)
    for name in ("sensitivity", "specificity"):
        record = getattr(kept, name)
        assert half[name]["value"] == record.value and half[name]["n"] == record.n
        assert half[name]["low"] <= half[name]["value"] <= half[name]["high"]


def test_sensitivity_falls_and_specificity_grows_with_the_threshold(
    clinician: Client, archive: Archive
) -> None:
    for curve in curves(clinician, real_run(archive, "lumbar-grading"))["curves"]:
        # The chosen one was found anew in each fold, so it is scored a little differently.
        points = [one for one in curve["points"] if one["threshold"] != curve["chosen"]]
        sensitivity = [one["sensitivity"]["value"] for one in points]
        specificity = [one["specificity"]["value"] for one in points]
        assert sensitivity == sorted(sensitivity, reverse=True)
        assert specificity == sorted(specificity)


def test_a_bundle_that_outlines_has_no_curve(clinician: Client, archive: Archive) -> None:
    given = curves(clinician, real_run(archive, "lumbar-anatomy"))
    assert given["known"] and given["curves"] == []


def test_a_bundle_that_is_installed_no_more_is_said_to_be_unknown(
    clinician: Client, archive: Archive
) -> None:
    given = curves(clinician, put_run(archive, put_study(archive)))
    assert (given["known"], given["curves"], given["bundle"]) == (False, [], "lumbar-grading")


def test_of_a_silent_run_not_even_this_is_told(clinician: Client, archive: Archive) -> None:
    run = put_run(archive, put_study(archive), hidden=True)
    assert clinician.get(f"/api/v1/analyses/{run}/operating-curves").status_code == 404
