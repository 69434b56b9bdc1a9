"""Every verb says what it does, with an example that its own parser understands."""

from __future__ import annotations

import shlex
import subprocess
import sys

import pytest
import typer

from condyle.cli import create_app

VERBS = [
    ("read",),
    ("export",),
    ("train",),
    ("evaluate",),
    ("compare",),
    ("deidentify",),
    ("drift",),
    ("runs",),
    ("bundles", "list"),
    ("bundles", "show"),
    ("bundles", "verify"),
    ("bundles", "install"),
    ("bundles", "quantise"),
    ("recipes", "list"),
    ("recipes", "show"),
    ("data", "get"),
    ("data", "check"),
    ("phantom", "knee"),
    ("phantom", "ankle"),
    ("phantom", "lumbar"),
    ("claims", "check"),
    ("readers", "plan"),
    ("readers", "rehearse"),
    ("readers", "import"),
    ("readers", "reference"),
    ("readers", "analyse"),
    ("pacs", "echo"),
    ("pacs", "find"),
    ("pacs", "get"),
    ("pacs", "send"),
    ("pacs", "explain"),
    ("pacs", "outbox"),
    ("serve",),
    ("user", "add"),
    ("user", "list"),
    ("user", "disable"),
    ("user", "enable"),
    ("user", "password"),
    ("audit", "verify"),
    ("backup",),
    ("restore",),
    ("db", "upgrade"),
    ("archive", "check"),
    ("archive", "import"),
]


def examples_of(text: str) -> list[list[str]]:
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines()]
    return [shlex.split(line) for line in lines if line.startswith("condyle ")]


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_a_verb_has_help_with_an_example(condyle, verb: tuple[str, ...]) -> None:
    outcome = condyle(*verb, "--help")
    assert outcome.status == 0
    assert "Example" in outcome.out
    assert [example[1 : len(verb) + 1] for example in examples_of(outcome.out)]


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_the_examples_of_a_verb_are_its_own_and_parse(condyle, verb: tuple[str, ...]) -> None:
    command = typer.main.get_command(create_app())
    for example in examples_of(condyle(*verb, "--help").out):
        assert tuple(example[1 : len(verb) + 1]) == verb
        inner = command
        for name in verb:
            inner = inner.commands[name]
        inner.make_context("condyle", example[len(verb) + 1 :])


def test_the_verbs_are_all_known(condyle) -> None:
    command = typer.main.get_command(create_app())
    found = []
    for name, inner in command.commands.items():
        nested = getattr(inner, "commands", None)
        found += [(name, child) for child in nested] if nested else [(name,)]
    assert sorted(found) == sorted(VERBS)


@pytest.mark.parametrize("group", [(), ("bundles",), ("recipes",), ("phantom",)])
def test_a_missing_verb_shows_which_there_are(condyle, group: tuple[str, ...]) -> None:
    outcome = condyle(*group)
    assert outcome.status == 2
    assert "Commands:" in outcome.out
    assert outcome.err == ""


def test_the_version_is_shown(condyle) -> None:
    outcome = condyle("--version")
    assert outcome.status == 0
    assert outcome.out.startswith("condyle 0.")


def test_the_package_can_be_run_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "condyle", "--version"], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_wrong_usage_leaves_a_process_with_status_2() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "condyle", "dance"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 4
