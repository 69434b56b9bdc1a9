"""Reading what a hospital writes of its network: YAML of plain values, every fault at once."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from condyle.errors import BadConfiguration

MOST_BYTES = 256 * 1024
_MOST_SAID = 20
# A value under a tag that it does not fit, as in !!int '', comes as any of the last three.
_CHOKES = (yaml.YAMLError, RecursionError, ValueError, LookupError, AttributeError)


class Strict(BaseModel):
    """Base of what is read: no unknown key, nothing turned into another type, no change later."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_Model = TypeVar("_Model", bound=BaseModel)


class _Loader(yaml.SafeLoader):
    """Reads plain values only: no key twice, and no alias, which could grow without end."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="an alias (*), which is not taken here")
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                problem = f"the key '{key.value}' twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def read_configuration(path: Path, model: type[_Model], *, kind: str) -> _Model:
    """Reads a file of YAML into a model.

    Args:
        path: The file.
        model: What it must fit.
        kind: What the file holds, such as ``"peers"``, for errors.

    Raises:
        BadConfiguration: It cannot be read, is no YAML, or does not fit; lists every fault
            with its place.
    """
    return parse_configuration(_text(path, kind), model, kind=kind, name=path.name)


def parse_configuration(text: str, model: type[_Model], *, kind: str, name: str) -> _Model:
    """Reads YAML into a model; see ``read_configuration``."""
    try:
        values = yaml.load(text, _Loader)
    except _CHOKES as error:
        raise _bad(kind, name, [_yaml_fault(error)]) from error
    if not isinstance(values, dict):
        raise _bad(kind, name, [f"no fields at all, such as '{next(iter(model.model_fields))}:'"])
    try:
        # As JSON has it: a list for a tuple is right, a number for a text is not.
        return model.model_validate(values, strict=None)
    except ValidationError as error:
        raise _bad(kind, name, [_fault(item) for item in error.errors()]) from error


def _text(path: Path, kind: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise _bad(kind, path.name, [f"more than {MOST_BYTES // 1024} KiB"])
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad(kind, path.name, ["text in another encoding than UTF-8"]) from error
    except OSError as error:
        raise _bad(kind, path.name, [error.strerror or "it cannot be read"]) from error


def _fault(item: Any) -> str:
    place = ".".join(str(part) for part in item["loc"])
    said = item["msg"].removeprefix("Value error, ")
    return f"{place}: {said}" if place else said


def _yaml_fault(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem:
        mark = error.problem_mark
        return error.problem + (f" in line {mark.line + 1}" if mark is not None else "")
    return "text that is not YAML"


def _bad(kind: str, name: str, faults: list[str]) -> BadConfiguration:
    told = "; ".join(faults[:_MOST_SAID])
    more = f"; and {len(faults) - _MOST_SAID} more" if len(faults) > _MOST_SAID else ""
    return BadConfiguration(
        f"The {kind} in {name} cannot be used.",
        found=told + more,
        needed="the fields that docs/how-to/talk-to-a-pacs.md lists",
        mend="correct the file and run the command again.",
    )
