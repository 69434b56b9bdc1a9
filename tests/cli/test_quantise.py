"""``condyle bundles quantise``: what it is asked, what it says, and what it says went wrong."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from condyle.domain.progress import Progress, ProgressCallback
from condyle.errors import BundleError, DatasetError, MissingExtra


@dataclass(frozen=True)
class Record:
    files: dict[str, str] = field(default_factory=lambda: {"a.onnx": "", "b.onnx": ""})
    calibrated_on: str = "7 slices of archive"


@dataclass(frozen=True)
class Made:
    record: Record = Record()
    path: Path = Path("store/int8/abcd")


@pytest.fixture
def asked(fake) -> list[tuple[Any, ...]]:
    """What the work was asked, by the verb."""
    calls: list[tuple[Any, ...]] = []

    def quantise_bundle(name: str, data: Path, *, images: int, progress: ProgressCallback) -> Made:
        calls.append((name, data, images))
        progress(Progress("quantise", 1, 2, "a.onnx"))
        return Made()

    fake("condyle.workflows.quantise_bundle", quantise_bundle=quantise_bundle)
    return calls


def failing(fake, error: Exception) -> None:
    def quantise_bundle(name: str, data: Path, **options: Any) -> Made:
        raise error

    fake("condyle.workflows.quantise_bundle", quantise_bundle=quantise_bundle)


def test_it_tells_how_many_networks_were_made_from_what_and_where_they_are(condyle, asked) -> None:
    outcome = condyle("bundles", "quantise", "lumbar-anatomy", "--data", "archive")
    assert outcome.status == 0
    assert outcome.out.splitlines() == [
        "2 networks of 8 bits, from 7 slices of archive",
        "in store/int8/abcd",
    ]
    assert asked == [("lumbar-anatomy", Path("archive"), 60)]


def test_as_many_images_are_taken_as_are_asked_for(condyle, asked) -> None:
    condyle("bundles", "quantise", "x", "--data", "archive", "--images", "1")
    assert asked == [("x", Path("archive"), 1)]


@pytest.mark.parametrize("option", ["--quiet", "-q"])
def test_quietly_it_does_the_same_and_says_nothing(condyle, asked, option: str) -> None:
    outcome = condyle("bundles", "quantise", "x", "--data", "archive", option)
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("x",), "--data"),
        (("--data", "archive"), "NAME"),
        (("x", "--data", "archive", "--images", "0"), "--images"),
        (("x", "--data", "archive", "--images", "many"), "--images"),
        (("x", "--data", "archive", "--bits", "4"), "--bits"),
        (("x", "y", "--data", "archive"), "y"),
    ],
)
def test_what_it_is_not_asked_rightly_it_does_not_do(
    condyle, asked, arguments: tuple[str, ...], told: str
) -> None:
    outcome = condyle("bundles", "quantise", *arguments)
    assert outcome.status == 2
    assert outcome.out == "" and told in outcome.err
    assert not asked


@pytest.mark.parametrize(
    "error",
    [
        BundleError("There is no bundle called 'x'.", mend="choose another."),
        DatasetError("The archive holds no image.", needed="images", mend="name another folder."),
        MissingExtra("openvino", "Quantising"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("quiet", [(), ("--quiet",)])
def test_an_error_is_told_with_how_to_mend_it_and_nothing_is_said_to_be_made(
    condyle, fake, error: Any, quiet: tuple[str, ...]
) -> None:
    failing(fake, error)
    outcome = condyle("bundles", "quantise", "x", "--data", "archive", *quiet)
    assert outcome.status == 2
    assert outcome.out == ""
    assert error.failed in outcome.err and error.mend in outcome.err


def test_help_names_what_the_networks_are_for_and_what_it_needs(condyle) -> None:
    outcome = condyle("bundles", "quantise", "--help")
    text = " ".join(outcome.out.split())
    assert outcome.status == 0
    for words in ("condyle read --int8", "openvino extra", "--data PATH", "--images N", "60"):
        assert words in text
    assert "quantise" in condyle("bundles", "--help").out


def test_a_bundle_that_is_not_there_is_told_before_any_image_is_opened(
    condyle, empty_store: Path, tmp_path: Path
) -> None:
    with contextlib.chdir(tmp_path):
        outcome = condyle("bundles", "quantise", "no-such-bundle", "--data", "nowhere")
    assert outcome.status == 2
    assert "no-such-bundle" in outcome.err and "nowhere" not in outcome.err
    assert not list(empty_store.rglob("*.onnx"))
