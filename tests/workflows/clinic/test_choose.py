"""Which bundles read a study, in which version, and why not."""

from dataclasses import replace

import pytest

from condyle.archive.bundle_settings import BundleUse
from condyle.errors import UnknownName
from condyle.workflows.clinic.choose import choose_bundles, in_use, reads_studies, versions_of


def versioned(bundle, version, sha256=None):
    manifest = bundle.manifest.model_copy(update={"version": version})
    return replace(bundle, manifest=manifest, sha256=sha256 or f"{version:0>64}")


def named(bundle, name, **changed):
    return replace(bundle, manifest=bundle.manifest.model_copy(update={"name": name, **changed}))


def refusals(chosen):
    return {one.bundle.manifest.name: one.refusal and one.refusal.code for one in chosen}


def test_the_grading_bundle_reads_and_the_anatomy_bundle_is_a_part_of_it(pair):
    (chosen,) = choose_bundles(pair, {})
    assert chosen.bundle.manifest.name == "lumbar-grading"
    assert (chosen.refusal, chosen.silent) == (None, False)


def test_a_disabled_bundle_is_not_chosen_at_all(pair):
    assert choose_bundles(pair, {"lumbar-grading": BundleUse(enabled=False)}) == ()


def test_a_silent_bundle_is_chosen_as_silent(pair):
    (chosen,) = choose_bundles(pair, {"lumbar-grading": BundleUse(silent=True)})
    assert chosen.silent


def test_the_newest_version_is_used_and_a_pinned_one_goes_before_it(pair):
    anatomy, grading = pair
    installed = (anatomy, versioned(grading, "9.0.0"), versioned(grading, "10.0.0"), grading)
    assert versions_of("lumbar-grading", installed)[:2] == ("10.0.0", "9.0.0")
    (newest,) = choose_bundles(installed, {})
    assert newest.bundle.manifest.version == "10.0.0"
    (pinned,) = choose_bundles(installed, {"lumbar-grading": BundleUse(pinned="9.0.0")})
    assert pinned.bundle.manifest.version == "9.0.0"
    (unpinned,) = choose_bundles(installed, {"lumbar-grading": BundleUse(pinned=None)})
    assert unpinned.bundle.manifest.version == "10.0.0"


def test_the_users_own_copy_goes_before_the_one_that_came_with_condyle(pair):
    _, grading = pair
    own = replace(grading, sha256="f" * 64)
    assert in_use("lumbar-grading", (own, grading), BundleUse()).sha256 == "f" * 64


def test_a_pinned_version_that_is_gone_is_not_silently_replaced(pair):
    (chosen,) = choose_bundles(pair, {"lumbar-grading": BundleUse(pinned="0.0.9")})
    assert chosen.refusal.code == "pinned-version-gone"
    assert chosen.refusal.params == {"version": "0.0.9"}


def test_a_bundle_without_a_way_from_a_study_to_findings_says_so(pair):
    knee = named(pair[1], "knee-unet", requires=())
    assert not reads_studies(knee.manifest)
    assert refusals(choose_bundles((*pair, knee), {})) == {
        "knee-unet": "no-way-to-read",
        "lumbar-grading": None,
    }


def test_a_bundle_of_a_recipe_that_a_reader_has_reads_studies(pair):
    told = pair[1].manifest.training.model_copy(update={"recipe": {"task": "lesion"}})
    knee = named(pair[1], "knee-unet", requires=(), training=told)
    assert reads_studies(knee.manifest)
    assert refusals(choose_bundles((*pair, knee), {}))["knee-unet"] is None


def test_a_bundle_of_another_anatomy_has_no_way_to_read(pair):
    contract = pair[1].manifest.input.model_copy(update={"anatomy": "knee"})
    assert not reads_studies(pair[1].manifest.model_copy(update={"input": contract}))


def test_a_bundle_whose_anatomy_bundle_is_disabled_says_so(pair):
    (chosen,) = choose_bundles(pair, {"lumbar-anatomy": BundleUse(enabled=False)})
    assert (chosen.refusal.code, chosen.refusal.params) == (
        "required-bundle-disabled",
        {"needed": "lumbar-anatomy"},
    )


def test_a_bundle_whose_very_anatomy_bundle_is_absent_says_so(pair):
    other = replace(pair[0], sha256="0" * 64)
    (chosen,) = choose_bundles((other, pair[1]), {})
    assert chosen.refusal.code == "required-bundle-missing"


def test_one_bundle_can_be_asked_for_by_its_name(pair):
    knee = named(pair[1], "knee-unet", requires=())
    asked = choose_bundles((*pair, knee), {}, only="lumbar-grading")
    assert [one.bundle.manifest.name for one in asked] == ["lumbar-grading"]


@pytest.mark.parametrize("name", ["lumbar-anatomy", "nothing"])
def test_a_name_that_gives_no_findings_is_refused_with_those_that_do(pair, name):
    with pytest.raises(UnknownName, match="lumbar-grading"):
        choose_bundles(pair, {}, only=name)
