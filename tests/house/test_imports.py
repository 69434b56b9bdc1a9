"""What is imported, by whom, and how long it takes."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_HEAVY = ("torch", "lightning", "matplotlib", "sklearn", "pandas", "onnx")
_LIGHT = (
    "condyle",
    "condyle.cli",
    "condyle.workflows.read_study",
    "condyle.workflows.simulate",
    "condyle.workflows.evaluate_bundle",
    "condyle.workflows.evaluate_table",
    "condyle.workflows.recipes",
    "condyle.reporting",
    "condyle.inference",
)


def run_python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, timeout=120
    ).stdout


def test_the_import_contracts_hold(root: Path) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.fixture(scope="module")
def brought() -> dict[str, list[str]]:
    """The heavy packages that are there after each module, imported in turn in one process."""
    code = (
        "import importlib, json, sys; found = {}\n"
        f"for name in {_LIGHT!r}:\n"
        "    importlib.import_module(name)\n"
        f"    found[name] = [m for m in {_HEAVY!r} if m in sys.modules]\n"
        "print(json.dumps(found))"
    )
    found: dict[str, list[str]] = json.loads(run_python(code))
    return found


@pytest.mark.parametrize("module", _LIGHT)
def test_no_heavy_package_comes_with(module: str, brought: dict[str, list[str]]) -> None:
    assert brought[module] == []


def test_the_public_functions_bring_no_torch() -> None:
    code = (
        "import sys, condyle; condyle.read_study; condyle.write_report;"
        " print('torch' in sys.modules)"
    )
    assert run_python(code).strip() == "False"


def test_importing_the_package_loads_no_array_library() -> None:
    assert run_python("import sys, condyle; print('numpy' in sys.modules)").strip() == "False"


def test_help_comes_fast() -> None:
    """Takes the processor's time, which does not hang on what else the machine has to do."""
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run_python("from condyle.cli import main; main(['--help'])")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert 0 < min(times) < 0.35


def test_help_loads_no_array_library() -> None:
    code = (
        "import sys; from condyle.cli import main; main(['--help']); print('numpy' in sys.modules)"
    )
    assert run_python(code).splitlines()[-1] == "False"


def _brought_by(wanted: list[str]) -> set[str]:
    """Gives the names of some requirements' distributions and of all that they require."""
    left, found = [Requirement(one) for one in wanted], set()
    while left:
        one = left.pop()
        name = canonicalize_name(one.name)
        if name in found:
            continue
        found.add(name)
        for text in metadata.requires(name) or ():
            more = Requirement(text)
            extras = one.extras or {""}
            if not more.marker or any(more.marker.evaluate({"extra": e}) for e in extras):
                left.append(more)
    return found


def test_the_extra_clinic_brings_all_that_the_clinic_imports(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    brought = _brought_by(project["dependencies"] + project["optional-dependencies"]["clinic"])
    names = json.loads(
        run_python(
            "import json, sys\n"
            "import condyle.service.serve, condyle.service.app, condyle.service.jobs.worker\n"
            "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
        )
    )
    owners = metadata.packages_distributions()
    absent = {
        name
        for name in names
        if name in owners
        and not {canonicalize_name(one) for one in owners[name]} & {*brought, "condyle"}
    }
    # What starts with the interpreter, and what pydicom draws its own progress with if it can.
    assert absent <= {"_distutils_hack", "tqdm"}
    assert {"requests", "pynetdicom", "dicomweb_client"} <= set(names)
