"""Reading forms from YAML: each error at once, with its place; nothing is guessed."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from condyle.errors import BadConfiguration
from condyle.workflows.clinic.forms.definition import FormDefinition

SHIPPED = ("back", "knee", "ankle", "reference")
"""Forms that come with Condyle, in the order in which they are offered."""

MOST_BYTES = 256 * 1024
_MOST_SAID = 20


@dataclass(frozen=True)
class Forms:
    """The forms that can be filled in, and what could not be read.

    Attributes:
        forms: In the order in which they are offered.
        broken: An error for each file that was left out.
    """

    forms: tuple[FormDefinition, ...]
    broken: tuple[BadConfiguration, ...] = ()

    def named(self, name: str) -> FormDefinition | None:
        """Gives a form by its name, or ``None``."""
        return next((form for form in self.forms if form.name == name), None)


class _Loader(yaml.SafeLoader):
    """Reads plain values only: no key twice, and no alias, which could grow without end."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="an alias (*), which a form may not have")
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                problem = f"the key '{key.value}' twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def parse_form(text: str, name: str) -> FormDefinition:
    """Reads a form.

    Args:
        text: YAML.
        name: That it must have, which its file has too.

    Raises:
        BadConfiguration: It is no YAML, or does not fit; lists every error with its place.
    """
    try:
        values = yaml.load(text, _Loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise _bad(name, [_yaml_fault(error)]) from error
    if not isinstance(values, dict):
        raise _bad(name, ["no fields at all, such as 'name: back'"])
    try:
        form = FormDefinition.model_validate(values)
    except ValidationError as error:
        raise _bad(name, (_place(it["loc"]) + it["msg"] for it in error.errors())) from error
    if form.name != name:
        raise _bad(name, [f"name: '{form.name}', which is not the file's name"])
    return form


@cache
def shipped_forms() -> tuple[FormDefinition, ...]:
    """Reads the forms that come with Condyle."""
    folder = resources.files("condyle.workflows.clinic.forms")
    return tuple(parse_form((folder / f"{name}.yaml").read_text("utf-8"), name) for name in SHIPPED)


def load_forms(folder: Path) -> Forms:
    """Reads the shipped forms and an administrator's own, which go before shipped ones by name.

    Args:
        folder: Of the administrator's ``NAME.yaml``; it need not be there.

    Returns:
        The forms. A file that cannot be read is left out and told of; the shipped form that it
        was to replace is left out with it, for it is not what the administrator wants.
    """
    forms = {form.name: form for form in shipped_forms()}
    broken = []
    for path in _own(folder):
        try:
            forms[path.stem] = parse_form(_text(path), path.stem)
        except BadConfiguration as error:
            broken.append(error)
            forms.pop(path.stem, None)
    return Forms(tuple(forms.values()), tuple(broken))


def _own(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".yaml")
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise _bad(path.stem, [f"more than {MOST_BYTES // 1024} KiB"])
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad(path.stem, ["text in another encoding than UTF-8"]) from error
    except OSError as error:
        raise _bad(path.stem, [error.strerror or "a file that cannot be read"]) from error


def _yaml_fault(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem:
        mark = error.problem_mark
        return (f"line {mark.line + 1}: " if mark else "") + error.problem
    return "text that is not YAML: " + (str(error).splitlines() or [type(error).__name__])[0]


def _place(parts: tuple[int | str, ...]) -> str:
    return ".".join(map(str, parts)) + ": " if parts else ""


def _bad(name: str, faults: Iterable[str]) -> BadConfiguration:
    said = list(faults)
    more = [f"and {len(said) - _MOST_SAID} more"] if len(said) > _MOST_SAID else []
    return BadConfiguration(
        f"The form '{name}' cannot be used.",
        found="; ".join(said[:_MOST_SAID] + more),
        needed="a form as docs/how-to/define-an-observation-form.md describes it",
        mend=f"correct {name}.yaml and start the clinic again.",
    )
