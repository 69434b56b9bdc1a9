"""The house stays small enough to be read."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

MOST_LINES = 500
MEDIAN_LINES = 150
MOST_FUNCTION_LINES = 45


def lines_of(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def functions_of(path: Path) -> list[tuple[str, int]]:
    tree = ast.parse(path.read_text("utf-8"))
    return [
        (f"{path.name}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_file_is_over_500_lines(tracked: tuple[Path, ...]) -> None:
    code = [path for path in tracked if path.suffix == ".py"]
    assert not {str(path): lines_of(path) for path in code if lines_of(path) > MOST_LINES}


def test_the_median_module_has_at_most_150_lines(sources: tuple[Path, ...]) -> None:
    assert median(map(lines_of, sources)) <= MEDIAN_LINES


def test_95_percent_of_functions_have_at_most_45_lines(sources: tuple[Path, ...]) -> None:
    found = [function for path in sources for function in functions_of(path)]
    long = {name: lines for name, lines in found if lines > MOST_FUNCTION_LINES}
    assert len(long) <= 0.05 * len(found), long


def code_lines_of(path: Path) -> int:
    """Counts lines that are neither blank, comment nor docstring (decision 0011)."""
    text = path.read_text("utf-8")
    words: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            words |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return sum(
        1
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.strip().startswith("#") and number not in words
    )


def test_docstrings_comments_and_blank_lines_are_no_code(tmp_path: Path) -> None:
    path = tmp_path / "example.py"
    path.write_text('"""What it is.\n\nMore.\n"""\n\n# why\nx = 1\n\ny = (\n    2\n)\n')
    assert code_lines_of(path) == 4


def test_there_are_at_least_as_many_lines_of_tests_as_of_source(
    root: Path, sources: tuple[Path, ...]
) -> None:
    tests = (root / "tests").rglob("*.py")
    assert sum(map(code_lines_of, tests)) >= sum(map(code_lines_of, sources))


def test_no_module_has_a_name_that_says_nothing(sources: tuple[Path, ...]) -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert not [path for path in sources if empty & {path.stem, path.parent.name}]


def test_95_percent_of_public_functions_take_at_most_three_positional_parameters(
    sources: tuple[Path, ...],
) -> None:
    verbs = {"read.py", "train.py", "evaluate.py"}  # the command line reads options from parameters
    crowded, count = [], 0
    for path in sources:
        if path.parent.name == "cli" and path.name in verbs:
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                count += 1
                if len([*node.args.posonlyargs, *node.args.args]) > 3:
                    crowded.append(f"{path}:{node.name}")
    assert len(crowded) <= 0.05 * count, crowded
