"""The bundles that come with Condyle are whole, small and honest about themselves."""

import pytest

from condyle.bundle import model_card, open_bundle, store_folders
from condyle.inference import verify_bundle

SHIPPED = sorted(path.parent for path in store_folders()[1].glob("*/manifest.json"))


@pytest.fixture(name="bundle", params=SHIPPED, ids=lambda folder: folder.name)
def _bundle(request):
    return open_bundle(request.param)


def test_it_passes_every_check(bundle):
    verification = verify_bundle(bundle, threads=1)
    assert verification.ok, [check for check in verification.checks if not check.ok]


def test_its_folder_has_its_name(bundle):
    assert bundle.path.name == bundle.manifest.name


def test_its_card_says_what_its_manifest_says(bundle):
    assert bundle.manifest.intended_use in bundle.card()
    said = set(bundle.card().splitlines())
    assert [line for line in model_card(bundle.manifest).splitlines() if line not in said] == []


def test_its_figures_stand_with_interval_and_patients(bundle):
    assert bundle.manifest.validation.metrics
    for metric in bundle.manifest.validation.metrics:
        estimate = metric.estimate
        if estimate.value is not None:
            assert estimate.low <= estimate.value <= estimate.high
        assert estimate.n >= 0


def test_it_names_its_exclusions_data_and_licence(bundle):
    assert "age-under-18" in bundle.manifest.exclusions
    assert bundle.manifest.licence.attribution
    assert bundle.manifest.training.case_hashes
    assert bundle.manifest.training.commit != "unknown"
