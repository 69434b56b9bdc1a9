"""Answers that a bundle's manifest holds: what the model is, and how it was made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pydantic import JsonValue

from condyle.bundle import Manifest
from condyle.reporting.evaluation.checklist_records import (
    Answer,
    Answerer,
    Records,
    listed,
    settings,
)

_ABSENT = "not in the recipe"


def of_manifest(answer: Callable[[Manifest], Answer | None]) -> Answerer:
    """Makes an answerer of one that needs the manifest, silent where there is none.

    Args:
        answer: From a manifest to its answer.
    """
    return lambda records: None if records.manifest is None else answer(records.manifest)


def _ai_method(manifest: Manifest) -> Answer:
    named = _part(manifest, "network", "name")
    network = f" ('{named}')" if named != _ABSENT else ""
    kinds = listed([f"{task.kind} ({len(task.outputs)})" for task in manifest.tasks])
    text = f"A deep neural network{network} for these tasks, with their outputs: {kinds}."
    where = "manifest.json: training.recipe.network.name, tasks"
    return Answer(text, where, "the wording of title and abstract")


def _intended_use(manifest: Manifest) -> Answer:
    return Answer(
        f"{manifest.intended_use} Not for: {_words(manifest.exclusions)}.",
        "manifest.json: intended_use, exclusions",
        "the scientific and clinical background",
    )


def _data_source(manifest: Manifest) -> Answer:
    data = manifest.training.dataset
    counts = _counted(data.counts)
    simulated = " The images are simulated." if data.simulated else ""
    text = (
        f"The model learned from '{data.name}' ({counts or 'not counted'}), SHA-256 "
        f"{data.sha256[:12]}.{simulated} {' '.join(manifest.licence.attribution)}"
    )
    where = "manifest.json: training.dataset, licence.attribution"
    return Answer(text, where, "why these data, and whom they represent")


def _eligibility(manifest: Manifest) -> Answer:
    needs = manifest.input
    text = (
        f"Images: {needs.modality} of the {needs.anatomy.replace('-', ' ')}, "
        f"{listed(list(needs.planes))}, {listed(list(needs.weightings))}, at least "
        f"{needs.min_slices} slice of {needs.min_pixels} pixels. Patients and images that the "
        f"model is not for: {_words(manifest.exclusions)}."
    )
    where = "manifest.json: input, exclusions"
    return Answer(text, where, "by what criteria patients came into the data")


def _preprocessing(manifest: Manifest) -> Answer:
    steps = "; ".join(_step(step) for step in manifest.preprocessing)
    text = f"Steps in order: {steps or 'none'}. They stand verbatim in the bundle, and reading "
    return Answer(text + "a study follows them.", "manifest.json: preprocessing", "data checks")


def _subsets(manifest: Manifest) -> Answer | None:
    crop = manifest.interpretation.get("crop")
    if crop is None:
        return None
    text = f"Each unit is cropped from its slice: {settings(crop)}."
    return Answer(text, "manifest.json: interpretation.crop", "how slices and series were chosen")


def _reference_scale(manifest: Manifest) -> Answer:
    outputs = [
        f"{output.code.meaning}" + (f" ({', '.join(output.classes)})" if output.classes else "")
        for output in manifest.outputs()
    ]
    text = f"What is held to be true: {listed(outputs, most=20)}."
    return Answer(text, "manifest.json: tasks[].outputs", "how and by whom the reference was set")


def _model(manifest: Manifest) -> Answer:
    network = _part(manifest, "network", "")
    outputs = listed([output.name for output in manifest.outputs()], most=20)
    text = (
        f"Network: {network}. Outputs: {outputs}. The whole is in {listed(list(manifest.models))}."
    )
    where = "manifest.json: training.recipe.network, tasks, models"
    return Answer(text, where, "a drawing or full account of the layers")


def _software(manifest: Manifest) -> Answer:
    packages = listed([f"{n} {v}" for n, v in sorted(manifest.training.packages.items())])
    text = f"Condyle, commit {manifest.training.commit[:12]}; {packages}."
    return Answer(text, "manifest.json: training.commit, training.packages")


def _initialisation(manifest: Manifest) -> Answer | None:
    told = _part(manifest, "network", "parameters")
    if told == _ABSENT:
        return None
    text = f"Random, seed {manifest.training.seed}, unless these settings name weights: {told}."
    where = "manifest.json: training.seed, training.recipe.network"
    return Answer(text, where, "the distribution that parameters were drawn from")


def _training(manifest: Manifest) -> Answer | None:
    recipe = manifest.training.recipe
    parts = ("optimiser", "schedule", "augmentation", "loss", "self_training")
    there = [part for part in parts if recipe.get(part)]
    if not there:
        return None
    told = "; ".join(f"{part}: {settings(recipe[part])}" for part in there)
    where = "manifest.json: " + ", ".join(f"training.recipe.{part}" for part in there)
    return Answer(f"{told}.", where, "how settings were searched, and why this loss")


def _final_model(manifest: Manifest) -> Answer:
    text = {
        "ensemble-of-folds": "None was chosen among the folds: the model of every fold is kept.",
        "refit": "One model was fitted again on all cases after the cross-validation.",
        "one-fit": "One model was trained, and scored on patients set aside for it.",
    }[manifest.training.fitted]
    where = "manifest.json: training.fitted"
    return Answer(text, where, "what was tried before, and by which figure it was chosen")


def _ensemble(manifest: Manifest) -> Answer:
    count = len(manifest.models)
    joined = "their outputs are averaged" if count > 1 else "there is no ensemble"
    text = f"{count} model{'s' if count > 1 else ''}; {joined}."
    return Answer(text, "manifest.json: models, training.fitted")


def _thresholds(manifest: Manifest) -> Answer | None:
    if not manifest.operating_curves:
        return None
    chosen = listed([f"{n} {t:.3f}" for n, t in sorted(manifest.thresholds().items())], most=20)
    rules = sorted({curve.rule for curve in manifest.operating_curves.values()})
    text = f"A probability for each output; decided at or above: {chosen}. Rule: {listed(rules)}."
    where = "manifest.json: operating_curves[].chosen, operating_curves[].rule"
    return Answer(text, where, "whether the rule was set before the data were seen")


def _development(manifest: Manifest) -> Answer:
    data = manifest.training.dataset
    counts = _counted(data.counts)
    text = f"{manifest.validation.scheme}, on {counts or data.name}. {_final_model(manifest).text}"
    where = "manifest.json: validation.scheme, training.dataset.counts, training.fitted"
    return Answer(text, where, "any external evaluation")


def _users(manifest: Manifest) -> Answer:
    text = f"{manifest.intended_use} The input is read as it comes; nothing is entered by hand."
    return Answer(text, "manifest.json: intended_use", "the expertise that a user needs")


def _recalibration(manifest: Manifest) -> Answer | None:
    if not manifest.calibration:
        return None
    told = [f"{name} by {c.method}" for name, c in sorted(manifest.calibration.items())]
    fitted = sorted({c.fitted_on for c in manifest.calibration.values()})
    text = f"Probabilities are calibrated: {listed(told, most=20)}. Fitted on {listed(fitted)}."
    return Answer(text, "manifest.json: calibration", "updating after this evaluation, if any")


def _imbalance(manifest: Manifest) -> Answer | None:
    loss = manifest.training.recipe.get("loss")
    if not loss:
        return None
    text = f"Loss, with any weights of classes in it: {settings(loss)}."
    return Answer(text, "manifest.json: training.recipe.loss", "why it was weighted so")


def _predictors(manifest: Manifest) -> Answer:
    needs = manifest.input
    text = (
        f"Images ({needs.modality}, {listed(list(needs.weightings))}) and what is worked out from "
        f"them; the network's settings: {_part(manifest, 'network', '')}."
    )
    where = "manifest.json: input, training.recipe.network"
    return Answer(text, where, "why these predictors, and how they were chosen")


def _model_building(manifest: Manifest) -> Answer:
    parts = [_model(manifest), _training(manifest)]
    text = " ".join(part.text for part in parts if part is not None)
    text += f" Internal validation: {manifest.validation.scheme}."
    where = "manifest.json: training.recipe, tasks, models, validation.scheme"
    return Answer(text, where, "the rationale, and how settings were searched")


def _model_given(manifest: Manifest) -> Answer:
    text = (
        f"The bundle {manifest.name} {manifest.version} holds {listed(list(manifest.models))} "
        f"(ONNX) with all settings; licence {manifest.licence.spdx}."
    )
    return Answer(text, "manifest.json: models, files, licence", "where the bundle can be had")


def _poor_input(manifest: Manifest) -> Answer:
    text = (
        "A study of another body part, modality or plane, with too few slices or pixels, is "
        "refused with its reason; a unit that is not found, or uncertain, is declined and said "
        f"to be. Needed: {manifest.input.modality}, {listed(list(manifest.input.planes))}, at "
        f"least {manifest.input.min_pixels} pixels."
    )
    return Answer(text, "manifest.json: input", "how poor quality was graded, if it was")


def _availability(manifest: Manifest) -> Answer:
    text = (
        f"Model: licence {manifest.licence.spdx}. Data: {' '.join(manifest.licence.attribution)} "
        "Software: Condyle, Apache-2.0."
    )
    return Answer(text, "manifest.json: licence", "where model and data can be had")


def _technical_details(manifest: Manifest) -> Answer:
    text = f"The recipe '{manifest.training.recipe_name}' stands verbatim in the bundle."
    return Answer(text, "manifest.json: training.recipe", "the study's protocol")


def _code(manifest: Manifest) -> Answer:
    text = f"Condyle, Apache-2.0, commit {manifest.training.commit[:12]}."
    return Answer(text, "manifest.json: training.commit", "code of any further analysis")


def _part(manifest: Manifest, name: str, key: str) -> str:
    found = manifest.training.recipe.get(name)
    if key and isinstance(found, dict):
        found = found.get(key)
    return settings(found) if found is not None else _ABSENT


def _counted(counts: Mapping[str, int]) -> str:
    return listed([f"{count} {name}" for name, count in sorted(counts.items())])


def _step(step: dict[str, JsonValue]) -> str:
    told = settings({key: value for key, value in step.items() if key != "step"})
    return f"{step['step']} ({told})" if told else str(step["step"])


def _words(codes: tuple[str, ...]) -> str:
    return listed([code.replace("-", " ") for code in codes]) or "nothing is named"


def seed_and_split(records: Records) -> str:
    """Gives the split of a bundle in a few words, or nothing where it is not known."""
    if records.manifest is None:
        return ""
    training = records.manifest.training
    return f" Split SHA-256 {training.split_sha256[:12]}, seed {training.seed}."


BUNDLE_ANSWERS: dict[str, Answerer] = {
    "ai-method": of_manifest(_ai_method),
    "intended-use": of_manifest(_intended_use),
    "data-source": of_manifest(_data_source),
    "eligibility": of_manifest(_eligibility),
    "preprocessing": of_manifest(_preprocessing),
    "subsets": of_manifest(_subsets),
    "reference-scale": of_manifest(_reference_scale),
    "model": of_manifest(_model),
    "software": of_manifest(_software),
    "initialisation": of_manifest(_initialisation),
    "training": of_manifest(_training),
    "final-model": of_manifest(_final_model),
    "ensemble": of_manifest(_ensemble),
    "thresholds": of_manifest(_thresholds),
    "development": of_manifest(_development),
    "users": of_manifest(_users),
    "recalibration": of_manifest(_recalibration),
    "imbalance": of_manifest(_imbalance),
    "predictors": of_manifest(_predictors),
    "model-building": of_manifest(_model_building),
    "model-given": of_manifest(_model_given),
    "poor-input": of_manifest(_poor_input),
    "availability": of_manifest(_availability),
    "data-availability": of_manifest(_availability),
    "code-availability": of_manifest(_code),
    "technical-details": of_manifest(_technical_details),
}
"""Answerers by the name that a checklist gives them."""
