"""The verbs that list, show, verify, evaluate and simulate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from condyle.errors import BundleError, UnknownName


@dataclass(frozen=True)
class Manifest:
    name: str = "lumbar-anatomy"
    version: str = "0.1.0"
    summary: str = "Labels discs."


@dataclass(frozen=True)
class Bundle:
    manifest: Manifest = Manifest()
    sha256: str = "ab" * 32
    path: Path = Path("store/lumbar-anatomy")

    def card(self) -> str:
        return "# Lumbar anatomy"


@dataclass(frozen=True)
class Check:
    name: str
    ok: bool
    detail: str


@dataclass(frozen=True)
class Verification:
    ok: bool
    checks: tuple[Check, ...]


def find_bundle(name: str) -> Bundle:
    if name != "lumbar-anatomy":
        raise BundleError(f"There is no bundle called '{name}'.", mend="choose another.")
    return Bundle()


@pytest.fixture
def store(fake) -> Any:
    """A store that holds the given bundles and broken folders."""

    def fill(*bundles: Bundle, broken: tuple[tuple[Path, BundleError], ...] = ()) -> None:
        fake(
            "condyle.bundle",
            installed_bundles=lambda: bundles,
            broken_bundles=lambda: broken,
            store_folders=lambda: (Path("store"),),
            find_bundle=find_bundle,
        )

    return fill


def test_the_bundles_are_listed_with_their_hash(condyle, store) -> None:
    store(Bundle())
    lines = condyle("bundles", "list").out.splitlines()
    assert lines[0].split() == ["bundle", "version", "sha256", "summary"]
    assert lines[1].split()[:3] == ["lumbar-anatomy", "0.1.0", "ab" * 6]


def test_an_empty_store_says_where_a_bundle_goes(condyle, store) -> None:
    store()
    outcome = condyle("bundles", "list")
    assert outcome.status == 0
    assert "No bundle is installed" in outcome.out
    assert "store" in outcome.out


def test_a_bundle_that_cannot_be_opened_is_listed_too(condyle, store) -> None:
    store(broken=((Path("store/odd"), BundleError("It is altered.", found="a file")),))
    assert "odd: cannot be opened; It is altered. a file" in condyle("bundles", "list").out


def test_a_bundle_is_shown_by_its_card(condyle, store) -> None:
    store()
    text = condyle("bundles", "show", "lumbar-anatomy").out
    assert "# Lumbar anatomy" in text
    assert "ab" * 32 in text


def test_an_unknown_bundle_is_status_2(condyle, store) -> None:
    store()
    outcome = condyle("bundles", "show", "knee-anatomy")
    assert (outcome.status, outcome.out) == (2, "")
    assert "knee-anatomy" in outcome.err


def test_a_sound_bundle_is_verified(condyle, fake) -> None:
    found = Verification(True, (Check("files", True, "4 files"),))
    fake("condyle.inference", verify_bundle=lambda bundle: found)
    outcome = condyle("bundles", "verify", "lumbar-anatomy")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out == "ok   files: 4 files\n"


def test_an_altered_bundle_is_told_and_is_status_2(condyle, fake) -> None:
    checks = (Check("manifest", True, "fits"), Check("files", False, "model.onnx: altered"))
    fake("condyle.inference", verify_bundle=lambda bundle: Verification(False, checks))
    outcome = condyle("bundles", "verify", "lumbar-anatomy")
    assert outcome.status == 2
    assert "BAD  files: model.onnx: altered" in outcome.out
    assert "files" in outcome.error_lines[1]
    assert len(outcome.error_lines) == 4


def test_a_bundle_is_checked_and_then_installed(condyle, fake) -> None:
    asked: list[tuple[str, Path]] = []
    found = Verification(True, (Check("files", True, "4 files"),))
    fake("condyle.inference", verify_bundle=lambda it: asked.append(("verify", it)) or found)
    fake("condyle.bundle", install_bundle=lambda it: asked.append(("install", it)) or Bundle())
    outcome = condyle("bundles", "install", "run/lumbar-anatomy")
    assert (outcome.status, outcome.err) == (0, "")
    assert asked == [(act, Path("run/lumbar-anatomy")) for act in ("verify", "install")]
    assert outcome.out.splitlines()[-1] == "lumbar-anatomy 0.1.0 is in store/lumbar-anatomy"


def test_a_bundle_that_fails_a_check_is_not_installed(condyle, fake) -> None:
    found = Verification(False, (Check("sample", False, "other numbers"),))
    fake("condyle.inference", verify_bundle=lambda bundle: found)
    fake("condyle.bundle", install_bundle=lambda folder: pytest.fail("it was installed"))
    outcome = condyle("bundles", "install", "run/lumbar-anatomy")
    assert outcome.status == 2 and "BAD  sample" in outcome.out


class Recipe:
    version = "0.1.0"
    summary = "Labels discs."

    def model_dump(self, **how: Any) -> dict[str, Any]:
        assert how == {"mode": "json", "by_alias": True}
        return {"schema": "condyle.recipe/1", "name": "lumbar-anatomy", "seed": 7}


@pytest.fixture
def recipes(fake) -> None:
    def load_recipe(name: str) -> Recipe:
        if name != "lumbar-anatomy":
            raise UnknownName("recipe", name, ["lumbar-anatomy"])
        return Recipe()

    fake(
        "condyle.workflows.recipes",
        list_recipes=lambda: ("lumbar-anatomy",),
        load_recipe=load_recipe,
    )


@pytest.mark.usefixtures("recipes")
def test_the_recipes_are_listed(condyle) -> None:
    lines = condyle("recipes", "list").out.splitlines()
    assert lines[1].split() == ["lumbar-anatomy", "0.1.0", "Labels", "discs."]


@pytest.mark.usefixtures("recipes")
def test_a_recipe_is_shown_as_yaml(condyle) -> None:
    text = condyle("recipes", "show", "lumbar-anatomy").out
    assert yaml.safe_load(text)["seed"] == 7
    assert text.startswith("schema:")


@pytest.mark.usefixtures("recipes")
def test_an_unknown_recipe_lists_those_that_exist(condyle) -> None:
    outcome = condyle("recipes", "show", "ankle")
    assert outcome.status == 2
    assert "one of: lumbar-anatomy" in outcome.err


def test_an_evaluation_is_asked_for_and_named(condyle, fake) -> None:
    asked: dict[str, Any] = {}

    def evaluate_bundle(bundle: str, **more: Any) -> Path:
        asked.update(more, bundle=bundle)
        return more["out"]

    fake("condyle.workflows.evaluate_bundle", evaluate_bundle=evaluate_bundle)
    outcome = condyle("evaluate", "lumbar-grading", "--data", "d", "--out", "e")
    assert (outcome.status, outcome.out) == (0, "Evaluation: e\nReport:     e/report.html\n")
    assert (asked["bundle"], asked["data"]) == ("lumbar-grading", Path("d"))


def test_a_phantom_is_made_from_its_seed(condyle, fake) -> None:
    asked: dict[str, Any] = {}

    def simulate_lumbar(out: Path, *, seed: int) -> Path:
        asked.update(out=out, seed=seed)
        return out

    fake("condyle.workflows.simulate", simulate_lumbar=simulate_lumbar)
    outcome = condyle("phantom", "lumbar", "--out", "p", "--seed", "9")
    assert (outcome.status, outcome.out) == (0, "Simulated study: p\n")
    assert asked == {"out": Path("p"), "seed": 9}


@pytest.mark.parametrize(
    "arguments",
    [
        ("bundles", "show"),
        ("bundles", "paint", "x"),
        ("recipes", "show"),
        ("evaluate", "x", "--data", "d"),
        ("phantom", "lumbar"),
        ("phantom", "lumbar", "--out", "p", "--seed", "-1"),
        ("phantom", "ankle"),
        ("dance",),
    ],
)
def test_wrong_usage_is_status_2_and_four_lines(condyle, arguments) -> None:
    outcome = condyle(*arguments)
    assert outcome.status == 2
    assert len(outcome.error_lines) == 4
