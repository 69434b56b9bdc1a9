"""The recipe: its schema, its faults all at once, and changing a field."""

import pytest
import yaml

from condyle.errors import BadConfiguration, UnknownName
from condyle.training.recipe import SCHEMA, Recipe, arm_of, read_recipe, recipe_names
from condyle.workflows.recipes import list_recipes, load_recipe


def written(tmp_path, **changed):
    values = read_recipe("lumbar-anatomy").model_dump(mode="json", by_alias=True) | changed
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(values))
    return str(path)


def test_the_package_has_the_recipes_that_it_promises():
    assert set(recipe_names()) >= {
        "lumbar-anatomy",
        "lumbar-grading",
        "knee-unet",
        "knee-sharp-unet",
        "knee-mobile-unet",
        "knee-resnet18",
        "knee-mobilenetv3",
        "knee-mrnet",
        "ankle-olt-resnet50",
    }
    assert list_recipes() == recipe_names()
    for name in recipe_names():
        assert load_recipe(name).name == name
        assert load_recipe(name).schema_ == SCHEMA


def test_a_recipe_survives_its_own_json():
    recipe = read_recipe("lumbar-grading")
    assert Recipe.model_validate_json(recipe.model_dump_json(by_alias=True)) == recipe


def test_both_recipes_name_one_split_and_window_alike():
    anatomy, grading = read_recipe("lumbar-anatomy"), read_recipe("lumbar-grading")
    assert anatomy.data.split == grading.data.split
    assert anatomy.preprocessing[0] == grading.preprocessing[0]
    assert grading.requires[0].name == anatomy.name


def test_a_recipe_can_be_a_file(tmp_path):
    assert read_recipe(written(tmp_path, version="9.0.0")).version == "9.0.0"


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_can_be_read_with_each_of_its_profiles_and_arms(name):
    recipe = read_recipe(name)
    for profile in recipe.profiles:
        changed = read_recipe(name, profile=profile)
        assert changed != recipe
        assert changed.arms == recipe.arms
    for arm in recipe.arms:
        assert arm_of(recipe, arm).arms == {}
        assert arm_of(recipe, arm) != recipe
    assert "fast" in recipe.profiles


def test_an_unknown_profile_lists_those_of_the_recipe():
    with pytest.raises(UnknownName) as caught:
        read_recipe("knee-unet", profile="slow")
    assert caught.value.needed == "one of: fast"


def test_a_setting_is_set_after_the_profile():
    recipe = read_recipe("knee-unet", profile="fast", settings={"schedule.epochs": "7"})
    assert recipe.schedule.epochs == 7
    assert recipe.schedule.batch == 4


def test_an_arm_differs_from_its_recipe_by_its_settings_alone():
    recipe = read_recipe("ankle-olt-resnet50")
    one, other = arm_of(recipe, "t1"), arm_of(recipe, "t2")
    assert (one.input.weightings, other.input.weightings) == (("t1",), ("t2",))
    both = one.model_copy(update={"input": other.input})
    assert both == other


@pytest.mark.parametrize("name", ["medial-meniscus-tear", "lateral-lesion", "left-knee"])
def test_a_recipe_that_mirrors_may_not_tell_a_side(tmp_path, name):
    target = {"labels": [name]}
    with pytest.raises(BadConfiguration) as caught:
        read_recipe(written(tmp_path, augmentation={"flip": True}, target=target))
    assert name in caught.value.found
    assert read_recipe(written(tmp_path, augmentation={}, target=target)).target.labels == (name,)


def test_a_word_that_holds_a_side_within_it_is_no_side():
    recipe = read_recipe("ankle-olt-resnet50")
    assert recipe.sided(["collateral-ligament", "medial-dome", "bilateral"]) == ("medial-dome",)


def test_a_schedule_has_one_length():
    for wrong in ({"schedule.steps": "5"}, {"schedule.epochs": "null"}):
        with pytest.raises(BadConfiguration, match="either steps or epochs"):
            read_recipe("knee-unet", settings=wrong)


def test_an_unknown_field_of_a_section_lists_the_fields_of_that_section():
    with pytest.raises(BadConfiguration) as caught:
        read_recipe("knee-unet", settings={"schedule.epoch": "3"})
    assert caught.value.needed.startswith("under schedule only steps, epochs, ")


def test_an_unknown_recipe_lists_those_that_exist():
    with pytest.raises(UnknownName) as caught:
        read_recipe("lumbar-anatomie")
    assert "lumbar-anatomy" in caught.value.needed


def test_an_unknown_field_lists_the_valid_ones(tmp_path):
    with pytest.raises(BadConfiguration) as caught:
        read_recipe(written(tmp_path, optimizer={"name": "adamw"}))
    assert "optimizer" in caught.value.found
    for name in ("schema", "optimiser", "schedule", "self_training", "seed"):
        assert name in caught.value.needed


def test_all_faults_are_told_at_once_with_their_paths(tmp_path):
    schedule = {"steps": 0, "batch": -1, "warmup": "soon"}
    with pytest.raises(BadConfiguration) as caught:
        read_recipe(written(tmp_path, schedule=schedule, task="paint", seed="x"))
    for path in ("schedule.steps", "schedule.batch", "schedule.warmup", "task", "seed"):
        assert f"{path}:" in caught.value.found


def test_a_field_is_set_by_its_dotted_name():
    changed = {
        "schedule.steps": "50",
        "self_training": "null",
        "network.parameters.channels": "[16, 24, 32]",
    }
    recipe = read_recipe("lumbar-anatomy", settings=changed)
    assert (recipe.schedule.steps, recipe.schedule.batch) == (50, 8)
    assert recipe.self_training is None
    assert recipe.network.parameters["channels"] == [16, 24, 32]
    assert recipe.network.parameters["blocks"] == 11


@pytest.mark.parametrize("key", ["schedule.stpes", "nothing", "data.layout.x"])
def test_setting_a_field_that_does_not_exist_is_refused(key):
    with pytest.raises(BadConfiguration):
        read_recipe("lumbar-anatomy", settings={key: "1"})


def test_another_schema_is_refused(tmp_path):
    with pytest.raises(BadConfiguration, match=SCHEMA):
        read_recipe(written(tmp_path, schema="condyle.recipe/9"))


@pytest.mark.parametrize("text", ["- a\n- b\n", "just words", "", "a: [1, 2"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(BadConfiguration):
        read_recipe(str(path), settings={"seed": "1"})


@pytest.mark.needs("torch")
def test_the_networks_and_the_loop_can_be_tested_here():
    import torch

    assert torch.zeros(1).shape == (1,)


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("lumbar-anatomy", {"target.read_on": "{a: [t2]}"}, "the task 'grade' alone"),
        ("lumbar-grading", {"target.read_on": "{tear: [t2]}"}, "name tear, which is neither"),
        ("lumbar-grading", {"pretrained.alone": "[tear]"}, "name tear, which is neither"),
    ],
)
def test_what_only_grading_knows_is_refused_elsewhere(name, settings, said):
    with pytest.raises(BadConfiguration) as error:
        read_recipe(name, settings=settings)
    assert said in " ".join(error.value.lines())
    assert not error.value.found.startswith(":") and "Value error" not in error.value.found
