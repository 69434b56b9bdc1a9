"""The model card: what a person should know of a bundle before believing it."""

from __future__ import annotations

from collections.abc import Iterator

from condyle.bundle.figures import Calibration, EstimateRecord, OperatingCurve
from condyle.bundle.manifest import Manifest

_FITTED = {
    "ensemble-of-folds": "the {folds} models of the cross-validation, their outputs averaged; "
    "the figures below are those of each model on the fold that it did not see",
    "refit": "one model fitted again on all cases after the cross-validation of {folds} folds; "
    "the figures below are those of the cross-validation, not of this very model",
    "one-fit": "the model that was trained, stopped by validation patients and scored on test "
    "patients that it never saw",
}


def model_card(manifest: Manifest) -> str:
    """Gives the model card of a bundle as Markdown.

    Every figure stands with its interval, its n and its unit of analysis; the same
    manifest gives the same text.
    """
    parts = (
        _head(manifest),
        _use(manifest),
        _input(manifest),
        _outputs(manifest),
        _figures(manifest),
        _operating(manifest),
        _made(manifest),
        _limits(manifest),
        _licence(manifest),
    )
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _head(manifest: Manifest) -> Iterator[str]:
    yield f"# {manifest.name} {manifest.version}"
    yield ""
    yield manifest.summary
    yield ""
    yield "> Research use only. Its output is a draft for a clinician to check, not a diagnosis."
    if manifest.training.dataset.simulated:
        yield ">"
        yield (
            "> **Trained on simulated images.** It has learned from no patient, and no figure "
            "below says how it does on one."
        )
    yield ""


def _use(manifest: Manifest) -> Iterator[str]:
    yield "## Intended use"
    yield ""
    yield manifest.intended_use
    yield ""
    yield "## Not for"
    yield ""
    if not manifest.exclusions:
        yield "No exclusion is stated."
    for code in manifest.exclusions:
        yield f"- {_words(code)}"
    yield ""


def _input(manifest: Manifest) -> Iterator[str]:
    needs = manifest.input
    limits = needs.spacing_range_mm
    spacing = "any, or unknown" if limits is None else f"{limits[0]:g} to {limits[1]:g} mm"
    yield "## What it reads"
    yield ""
    yield f"- Anatomy: {_words(needs.anatomy)}; modality: {needs.modality}"
    yield f"- Planes: {', '.join(needs.planes)}; weightings: {', '.join(needs.weightings)}"
    yield (
        f"- In-plane spacing: {spacing}; at least {needs.min_slices} slice(s) "
        f"of {needs.min_pixels} x {needs.min_pixels} pixels"
    )
    for needed in manifest.requires:
        yield (
            f"- Needs the bundle `{needed.name}` for its {_words(needed.role)}, "
            f"SHA-256 `{needed.sha256}`"
        )
    yield ""


def _outputs(manifest: Manifest) -> Iterator[str]:
    yield "## What it gives"
    yield ""
    yield "| output | task | code | classes | calibration |"
    yield "|---|---|---|---|---|"
    for task in manifest.tasks:
        for output in task.outputs:
            code = f"{output.code.scheme} {output.code.value}, {output.code.meaning}"
            calibration = _calibration(manifest.calibration.get(output.name))
            classes = ", ".join(output.classes) or "one value"
            yield _row(output.name, task.kind, code, classes, calibration)
    yield ""


def _figures(manifest: Manifest) -> Iterator[str]:
    yield "## How good it was"
    yield ""
    yield f"Validation: {manifest.validation.scheme}."
    yield ""
    if not manifest.validation.metrics:
        yield "**No figure was taken. Nothing is known of how good it is.**"
        yield ""
        return
    yield "| output | figure | estimate | interval | n | method | note |"
    yield "|---|---|---|---|---|---|---|"
    for metric in manifest.validation.metrics:
        figure = metric.name if metric.unit == "1" else f"{metric.name} ({metric.unit})"
        estimate = metric.estimate
        yield _row(
            metric.output or "all",
            figure,
            _number(estimate.value),
            f"{estimate.level:.0%}: {_interval(estimate)}",
            f"{estimate.n} {estimate.unit}s",
            estimate.method,
            metric.note,
        )
    yield ""


def _operating(manifest: Manifest) -> Iterator[str]:
    if not manifest.operating_curves:
        return
    yield "## Decisions"
    yield ""
    yield (
        "At the threshold in use. The manifest holds the whole curve. PPV and NPV are those "
        "of the validation's own prevalence."
    )
    yield ""
    yield (
        "| output | threshold | sensitivity | specificity | PPV | NPV | false calls a study "
        "| decision printed |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for name, curve in sorted(manifest.operating_curves.items()):
        point = curve.chosen_point()
        yield _row(
            name,
            f"{point.threshold:.3f}",
            _with_interval(point.sensitivity),
            _with_interval(point.specificity),
            _with_interval(point.ppv),
            _with_interval(point.npv),
            f"{point.false_calls_per_study:.2f}",
            "yes" if curve.shown else "no, the probability alone",
        )
    yield ""
    yield from _rules(manifest.operating_curves)


def _rules(curves: dict[str, OperatingCurve]) -> Iterator[str]:
    for name, curve in sorted(curves.items()):
        yield f"- `{name}`: {curve.rule}"
    yield ""


def _made(manifest: Manifest) -> Iterator[str]:
    made = manifest.training
    counts = ", ".join(
        f"{number} {_words(what)}" for what, number in sorted(made.dataset.counts.items())
    )
    packages = ", ".join(f"{name} {version}" for name, version in sorted(made.packages.items()))
    yield "## How it was made"
    yield ""
    data = f"{made.dataset.name} ({counts})" if counts else made.dataset.name
    yield f"- Data: {data}, SHA-256 `{made.dataset.sha256}`"
    yield f"- What is shipped: {_FITTED[made.fitted].format(folds=made.folds)}"
    yield f"- Recipe: `{made.recipe_name}`, verbatim in the manifest; seed {made.seed}"
    yield f"- Split: SHA-256 `{made.split_sha256}`"
    yield f"- Commit: `{made.commit}`; packages: {packages or 'not recorded'}"
    yield ""


def _limits(manifest: Manifest) -> Iterator[str]:
    yield "## Limits"
    yield ""
    yield (
        "- **In-sample.** The shipped model has seen the cases that it was trained on. On "
        "those its output looks better than it is; Condyle marks them as in-sample, by a hash "
        f"of the pixels ({len(manifest.training.case_hashes)} images are known)."
    )
    yield (
        "- The figures are from the data set named above. Another hospital's scanners, "
        "sequences and patients may give worse ones: evaluate it on your own cases first."
    )
    yield "- What it does not name was not looked at. Silence does not mean normal."
    if manifest.training.dataset.simulated:
        yield "- Simulated images lack what real ones have: disease, artefact and chance."
    yield ""


def _licence(manifest: Manifest) -> Iterator[str]:
    yield "## Licence and attribution"
    yield ""
    yield f"- Licence of the bundle: {manifest.licence.spdx}"
    for source in manifest.licence.attribution:
        yield f"- {source}"
    yield ""


def _calibration(calibration: Calibration | None) -> str:
    if calibration is None or calibration.method == "none":
        return "none"
    numbers = ", ".join(f"{k} {v:.3f}" for k, v in sorted(calibration.parameters.items()))
    return f"{calibration.method} ({numbers}), fitted on {calibration.fitted_on}"


def _with_interval(estimate: EstimateRecord) -> str:
    return f"{_number(estimate.value)} ({_interval(estimate)}; {estimate.n} {estimate.unit}s)"


def _interval(estimate: EstimateRecord) -> str:
    return f"{_number(estimate.low)} to {_number(estimate.high)}"


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


def _row(*cells: str) -> str:
    kept = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return "| " + " | ".join(kept) + " |"


def _words(code: str) -> str:
    return code.replace("-", " ")
