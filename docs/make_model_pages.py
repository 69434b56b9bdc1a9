"""Writes docs/models/ from the bundles that come with Condyle: a card each, and the figures.

Run it after a bundle was trained anew: python docs/make_model_pages.py
"""

from __future__ import annotations

from pathlib import Path

from condyle.bundle import Bundle, EstimateRecord, find_bundle

NAMES = ("lumbar-anatomy", "lumbar-grading")
FOLDER = Path(__file__).parent / "models"
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"

FIRST_TRY = {
    ("dice", "intervertebral-disc"): "0.84",
    ("dice", "vertebra"): "0.87",
    ("dice", "spinal-canal"): "0.86",
    ("exact", "pfirrmann-grade"): "0.55",
    ("within-one", "pfirrmann-grade"): "0.95",
    ("quadratic-kappa", "pfirrmann-grade"): "0.79",
    ("auc", "disc-narrowing"): "0.92",
    ("auc", "disc-bulging"): "0.88",
    ("auc", "modic-change"): "0.83",
    ("auc", "spondylolisthesis"): "0.84",
    ("auc", "disc-herniation"): "0.89",
}
"""What a plain first try of 42 minutes reached on the same data."""


def figures(bundles: tuple[Bundle, ...]) -> str:
    """Gives the table of figures out of fold beside the first try."""
    lines = ["| figure | out of fold | n | first try |", "|---|---|---|---|"]
    for bundle in bundles:
        for metric in bundle.manifest.validation.metrics:
            key = (metric.name, metric.output or "")
            if key not in FIRST_TRY:
                continue
            answered = next(
                (
                    other.estimate
                    for other in bundle.manifest.validation.metrics
                    if other.name == f"{metric.name}-answered" and other.output == metric.output
                ),
                None,
            )
            text = told(metric.estimate)
            if answered is not None:
                text += f"; of those answered {told(answered)}"
            unit = f"{metric.estimate.n} {metric.estimate.unit}s"
            lines.append(f"| {metric.name}, {metric.output} | {text} | {unit} | {FIRST_TRY[key]} |")
    return "\n".join(lines) + "\n"


def told(estimate: EstimateRecord) -> str:
    """Gives a figure with its interval."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "undefined"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def pages() -> dict[str, str]:
    """Gives every page that this script keeps, by file name."""
    bundles = tuple(find_bundle(name) for name in NAMES)
    made = {f"{bundle.manifest.name}.md": bundle.card() for bundle in bundles}
    text = (FOLDER / "README.md").read_text("utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    made["README.md"] = f"{before}{BEGIN}\n{figures(bundles)}\n{END}{after}"
    return made


if __name__ == "__main__":
    for name, content in pages().items():
        (FOLDER / name).write_text(content, "utf-8")
