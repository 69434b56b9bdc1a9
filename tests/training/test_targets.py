"""What a recipe learns from an archive, and why it refuses one."""

from __future__ import annotations

import numpy as np
import pytest

from condyle.errors import BadConfiguration, DatasetError
from condyle.training.recipe import Recipe, read_recipe
from condyle.training.targets import (
    PRESENCE,
    LabelTarget,
    MaskTarget,
    label_targets,
    mask_targets,
    slug,
)

STRUCTURES = ("background", "ACL tear", "Meniscal tear")
CLASSES = {"Class": ("healthy", "lesion"), "acl-tear": ("no", "yes")}


def recipe(name: str = "knee-unet", **changed: object) -> Recipe:
    return read_recipe(name, settings={k.replace("__", "."): str(v) for k, v in changed.items()})


def four_parts(error: DatasetError) -> DatasetError:
    assert all((error.failed, error.found, error.needed, error.mend))
    assert len(str(error).splitlines()) == 4
    return error


@pytest.fixture
def archive(make_case):
    """Two patients: labels of a study, of images and masks of two structures."""
    shape = (3, 8, 8)
    mask = np.zeros(shape, dtype=np.uint8)
    mask[1, 2:4] = 1
    mask[2, 2:4] = 2
    images = {"a": np.zeros(shape), "b": np.zeros(shape)}
    first = make_case(
        "1",
        images,
        masks={"a": mask},
        grades={"study": {"acl-tear": 1}, "a": {"Class": 1}, "b": {"Class": 0}},
    )
    second = make_case("2", images, grades={"disc-1": {"pfirrmann": 3}})
    return first, second


def test_a_name_becomes_lower_case_letters_digits_and_hyphens() -> None:
    assert slug("ACL tear (left)") == "acl-tear-left"
    assert slug("--") == "label"


def test_the_structures_of_the_masks_are_one_lesion_unless_some_are_named() -> None:
    assert mask_targets(recipe(), STRUCTURES) == (MaskTarget("lesion", (1, 2)),)
    assert mask_targets(recipe(), STRUCTURES[:2]) == (MaskTarget("acl-tear", (1,)),)
    again = recipe(target__structures="[lesion]")  # as a bundle that tells lesions says it
    assert mask_targets(again, STRUCTURES) == (MaskTarget("lesion", (1, 2)),)
    assert mask_targets(again, (*STRUCTURES, "lesion")) == (MaskTarget("lesion", (3,)),)
    named = mask_targets(recipe(target__structures="[Meniscal Tear, acl-tear]"), STRUCTURES)
    assert named == (MaskTarget("meniscal-tear", (2,)), MaskTarget("acl-tear", (1,)))


def test_a_mask_target_takes_its_own_values_alone() -> None:
    mask = np.array([[0, 1], [2, 3]], dtype=np.uint8)
    assert MaskTarget("x", (1, 3)).of(mask).tolist() == [[False, True], [False, True]]


def test_a_structure_that_the_masks_lack_is_refused_with_those_they_have() -> None:
    with pytest.raises(DatasetError) as caught:
        mask_targets(recipe(target__structures="[bone, acl-tear]"), STRUCTURES)
    error = four_parts(caught.value)
    assert error.needed == "bone" and "meniscal-tear" in error.found


@pytest.mark.parametrize("structures", [(), ("background",)])
def test_a_label_of_a_study_is_never_a_mask(structures: tuple[str, ...]) -> None:
    with pytest.raises(DatasetError) as caught:
        mask_targets(recipe(), structures)
    error = four_parts(caught.value)
    assert "says nothing of where" in error.found
    assert "knee-mrnet" in error.mend and "knee-resnet18" in error.mend


def test_a_label_of_an_image_is_that_of_its_series(archive) -> None:
    (target,) = label_targets(recipe(), cases=archive, labels=CLASSES, unit="image")
    assert target == LabelTarget("class", "Class", ("healthy", "lesion"), "image")
    case, other = archive
    values = [target.of_series(case, series) for series in case.study.series]
    assert values == [(1, 1, 1), (0, 0, 0)] and target.of_study(case) == 1
    assert target.of_series(other, other.study.series[0]) == (-1, -1, -1)
    assert target.of_study(other) == -1


def test_a_label_of_a_study_is_that_of_every_slice(archive) -> None:
    (target,) = label_targets(recipe(), cases=archive, labels=CLASSES, unit="study")
    assert (target.name, target.source) == ("acl-tear", "study")
    case, other = archive
    assert {target.of_series(case, s) for s in case.study.series} == {(1, 1, 1)}
    assert (target.of_study(case), target.of_study(other)) == (1, -1)


def test_where_images_have_no_label_it_is_made_from_their_masks(archive) -> None:
    (target,) = label_targets(
        recipe(), cases=archive, labels={}, structures=STRUCTURES, unit="image"
    )
    assert target == LabelTarget("lesion", "lesion", PRESENCE, "mask", (1, 2))
    case, other = archive
    a, b = case.study.series
    assert target.of_series(case, a) == (0, 1, 1)
    assert target.of_series(case, b) == (-1, -1, -1)
    assert (target.of_study(case), target.of_study(other)) == (1, -1)


def test_a_label_made_from_one_structure_bears_its_name(archive) -> None:
    declared = recipe(target__structures="[acl-tear]")
    (target,) = label_targets(
        declared, cases=archive, labels={}, structures=STRUCTURES, unit="image"
    )
    assert (target.name, target.values) == ("acl-tear", (1,))
    case = archive[0]
    assert target.of_series(case, case.study.series[0]) == (0, 1, 0)


def test_labels_are_taken_in_the_order_in_which_they_are_named(make_case) -> None:
    case = make_case("1", {"a": np.zeros((1, 4, 4))}, grades={"study": {"x": 1, "y": 0, "z": 1}})
    labels = dict.fromkeys("xyz", PRESENCE)
    declared = recipe("knee-mrnet", target__labels="[z, x]")
    found = label_targets(declared, cases=[case], labels=labels, unit="study")
    assert [target.name for target in found] == ["z", "x"]


@pytest.mark.parametrize(
    ("name", "unit", "labels", "needed", "found"),
    [
        ("knee-resnet18", "image", "[]", "at least one label", "no label of an image"),
        ("knee-mrnet", "study", "[fracture]", "fracture", "acl-tear"),
        ("knee-mrnet", "study", "[Class]", "class", "acl-tear"),
    ],
)
def test_a_label_that_is_not_of_the_unit_is_refused(
    make_case, name: str, unit, labels: str, needed: str, found: str
) -> None:
    case = make_case("1", {"a": np.zeros((1, 4, 4))}, grades={"study": {"acl-tear": 1}})
    declared = recipe(name, target__labels=labels)
    with pytest.raises(DatasetError) as caught:
        label_targets(declared, cases=[case], labels=CLASSES, unit=unit)
    error = four_parts(caught.value)
    assert needed in error.needed and name in error.failed
    assert found in error.found
    assert "--set target.labels" in error.mend and "recipes list" in error.mend


def test_grades_of_discs_are_no_labels_of_images(archive) -> None:
    with pytest.raises(DatasetError):
        label_targets(recipe(), cases=archive[1:], labels={"pfirrmann": ("1", "2")}, unit="image")


def test_a_recipe_that_mirrors_images_tells_no_side_that_the_archive_names(make_case) -> None:
    mirrored = recipe("ankle-olt-resnet50")
    with pytest.raises(BadConfiguration) as caught:
        mask_targets(mirrored, ("background", "Medial meniscus"))
    assert caught.value.found == "medial-meniscus"
    assert "augmentation.flip=false" in caught.value.mend
    case = make_case("1", {"a": np.zeros((1, 4, 4))}, grades={"a": {"Side (left)": 1}})
    labels = {"Side (left)": PRESENCE}
    with pytest.raises(BadConfiguration):
        label_targets(mirrored, cases=[case], labels=labels, unit="image")
    plain = recipe("ankle-olt-resnet50", augmentation__flip="false")
    assert label_targets(plain, cases=[case], labels=labels, unit="image")[0].name == "side-left"
