"""The training loop: resumed as if it had never stopped, and exported as it was trained."""

import numpy as np
import onnxruntime
import pytest
import torch

from condyle.domain.progress import Progress
from condyle.errors import BadConfiguration, BundleError, Cancelled, DatasetError
from condyle.interpretation.crops import FACTS, UNKNOWN
from condyle.training import loop
from condyle.training.execution import Execution
from condyle.training.export import check_parity, export_with_example
from condyle.training.graded_discs import GradedDiscs
from condyle.training.loop import Job, fit
from condyle.training.networks import build_network
from condyle.training.networks.grader import PretrainedExpert
from condyle.training.recipe import read_recipe
from condyle.training.recipe_parts import OptimiserPart, SchedulePart
from condyle.training.tasks.grading import (
    OUTPUTS,
    BothExperts,
    TwoHeads,
    _pretrained,
    export_grading,
    train_grading,
)
from condyle.training.tasks.segmentation import Slice, export_segmentation, train_segmentation
from condyle.training.weights.sources import read_weights


@pytest.fixture(autouse=True)
def _short_epochs(monkeypatch):
    """Keeps a checkpoint every two steps."""
    monkeypatch.setattr(loop, "STEPS_PER_EPOCH", 2)


def small_network(seed=0):
    torch.manual_seed(seed)
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 3, 3, padding=1),
        torch.nn.BatchNorm2d(3),
        torch.nn.Dropout(0.3),
        torch.nn.Conv2d(3, 1, 1),
    )


def make_batch(step, generator):
    image = torch.rand(4, 1, 8, 8, generator=generator)
    return image, image.flip(3)


def loss_of(network, batch):
    image, wanted = batch
    return (network(image) - wanted).square().mean()


def job(folder, *, seed=7, steps=6, network=None, make=make_batch):
    return Job(
        stage="try",
        network=network or small_network(),
        make_batch=make,
        loss_of=loss_of,
        schedule=SchedulePart(steps=steps, batch=4, warmup=2, average_decay=0.5),
        optimiser=OptimiserPart(learning_rate=0.05),
        seed=seed,
        folder=folder,
    )


def run(made, *, resume=False, progress=lambda step: None):
    return fit(made, Execution("cpu", resume=resume, progress=progress))


def bytes_of(network):
    return b"".join(value.numpy().tobytes() for value in network.state_dict().values())


def test_the_same_seed_gives_the_same_network_and_another_seed_another(tmp_path):
    first = bytes_of(run(job(tmp_path / "a")))
    assert bytes_of(run(job(tmp_path / "b"))) == first
    assert bytes_of(run(job(tmp_path / "c", seed=8))) != first


def test_a_fit_that_is_resumed_equals_one_that_never_stopped_bit_for_bit(tmp_path):
    whole = bytes_of(run(job(tmp_path / "whole")))

    def stop(step):
        if step.done == 5:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        run(job(tmp_path / "cut"), progress=stop)
    assert (tmp_path / "cut" / "last.ckpt").is_file()
    told: list[Progress] = []
    resumed = run(
        job(tmp_path / "cut", network=small_network(99)), resume=True, progress=told.append
    )
    assert told[0].done == 5  # goes on after the checkpoint of step 4
    assert bytes_of(resumed) == whole


def log_of(folder):
    rows = (folder / "log.csv").read_text().splitlines()
    return [line.split(",")[:4] for line in rows]  # without the times


@pytest.mark.parametrize("step", [3, 5, 7])
def test_the_log_of_a_fit_that_is_resumed_is_that_of_one_that_never_stopped(tmp_path, step):
    run(job(tmp_path / "whole", steps=7))

    def stop(told):
        if told.done == step:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        run(job(tmp_path / "cut", steps=7), progress=stop)
    run(job(tmp_path / "cut", steps=7), resume=True)
    assert log_of(tmp_path / "cut") == log_of(tmp_path / "whole")
    assert [row[1] for row in log_of(tmp_path / "cut")] == ["step", "2", "4", "6", "7"]


def test_without_resume_a_fit_begins_anew(tmp_path):
    run(job(tmp_path))
    told: list[Progress] = []
    run(job(tmp_path), progress=told.append)
    assert [step.done for step in told] == list(range(1, 7))
    assert {(step.stage, step.total) for step in told} == {("try", 6)}
    assert all(step.detail.startswith("loss ") for step in told)


def test_a_network_that_is_gone_on_from_is_trained(tmp_path):
    start = run(job(tmp_path / "first"))
    assert not any(p.requires_grad for p in start.parameters()) and not start.training
    before = bytes_of(start)
    after = run(job(tmp_path / "second", network=start))
    changed = [
        not torch.equal(a, b)
        for a, b in zip(small_network().parameters(), after.parameters(), strict=True)
    ]
    assert bytes_of(after) != before and all(changed)


def test_the_loss_falls(tmp_path):
    told: list[Progress] = []
    run(job(tmp_path, steps=60), progress=told.append)
    losses = [float(step.detail.split()[1]) for step in told]
    assert np.mean(losses[-10:]) < 0.7 * np.mean(losses[:5])


def test_the_network_comes_back_on_the_cpu_for_evaluation(tmp_path):
    network = run(job(tmp_path))
    assert not network.training
    assert {p.device.type for p in network.parameters()} == {"cpu"}


def recipe(name, **settings):
    changed = {key.replace("__", "."): str(value) for key, value in settings.items()}
    return read_recipe(name, settings=changed)


def small_anatomy():
    return recipe(
        "lumbar-anatomy",
        network="{name: unet, parameters: {channels: [4, 6, 8]}}",
        preprocessing="[{step: fit, rows: 32, columns: 32}]",
        schedule="{steps: 2, batch: 2, warmup: 1, average_decay: 0.5}",
        self_training="{steps: 2, share: 0.5, learning_rate: 0.01}",
    )


def test_an_anatomy_network_is_trained_gone_on_from_and_exported(tmp_path):
    made = small_anatomy()
    label = np.zeros((48, 48), dtype=np.uint8)
    label[10:30, 20:40] = 2
    slices = [Slice("1", label.astype(np.float16), label)]
    settings = {"execution": Execution("cpu"), "slices": slices}
    first = train_segmentation(made, stage="1", folder=tmp_path / "1", fold_seed=0, **settings)
    before = bytes_of(first)
    second = train_segmentation(
        made, stage="2", folder=tmp_path / "2", fold_seed=1, start=first, **settings
    )
    assert bytes_of(second) != before
    exported = export_segmentation(second, made)
    session = onnxruntime.InferenceSession(exported.model)
    (found,) = session.run(["probabilities"], dict(exported.feeds))
    assert check_parity([found], exported.trained) < 1e-4
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-5)
    five = np.zeros((5, 1, 32, 32), dtype=np.float32)
    assert session.run(None, {"image": five})[0].shape == (5, 4, 32, 32)


def graded(count=6):
    rng = np.random.default_rng(0)
    return GradedDiscs(
        patients=np.array([str(n) for n in range(count)]),
        crops=rng.random((count, 6, 136, 128)).astype(np.float16),
        facts=rng.random((count, FACTS)).astype(np.float32),
        grade=np.arange(count) % 5,
        findings=(rng.random((count, 7)) < 0.5).astype(np.float32),
    )


BRIEF = "{steps: 2, batch: 2, warmup: 1, average_decay: 0.5}"


def small_grading():
    return recipe(
        "lumbar-grading",
        schedule=BRIEF,
        pretrained__network="{name: efficientnet-lite0, parameters: "
        "{normalisation: lite0, blocks: 3}}",
        pretrained__schedule=BRIEF,
    )


def train_fold(declared, discs, folder):
    """Trains a grader as the first fold of a run."""
    return train_grading(
        declared,
        discs=discs,
        stage="fold-0",
        folder=folder,
        fold_seed=0,
        execution=Execution("cpu"),
    )


def test_a_grader_is_trained_and_exported_with_parity_for_any_batch(tmp_path):
    discs = graded()
    network = train_fold(small_grading(), discs, tmp_path)
    exported = export_grading(network, discs)
    session = onnxruntime.InferenceSession(exported.model)
    found = session.run(list(OUTPUTS), dict(exported.feeds))
    assert check_parity(found, exported.trained) < 1e-4
    whole = {"crop": discs.crops.astype(np.float32), "facts": discs.facts}
    assert [part.shape for part in session.run(list(OUTPUTS), whole)] == [(6, 5), (6, 7)]


def test_the_pretrained_expert_is_averaged_with_that_of_the_measures(tmp_path):
    discs = graded()
    network = train_fold(small_grading(), discs, tmp_path).eval()
    crop, facts = torch.from_numpy(discs.crops.astype(np.float32)), torch.from_numpy(discs.facts)
    with torch.no_grad():
        measures, pretrained = network.measures(crop, facts), network.pretrained(crop, facts)
        grade, findings = network(crop, facts)
    assert torch.allclose(grade, (measures[0] + pretrained[0]) / 2, atol=1e-6)
    slip = small_grading().interpretation["findings"].index("spondylolisthesis")
    assert torch.equal(findings[:, slip], pretrained[1][:, slip]), "told by the image alone"
    rest = [n for n in range(findings.shape[1]) if n != slip]
    both = ((measures[1] + pretrained[1]) / 2)[:, rest]
    assert torch.allclose(findings[:, rest], both, atol=1e-6)
    assert not torch.allclose(measures[1], pretrained[1])
    assert (tmp_path / "pretrained" / "log.csv").is_file()


def test_the_head_of_the_pretrained_network_that_nothing_reads_is_not_trained(tmp_path):
    declared = small_grading()
    expert = _pretrained(declared, declared.pretrained, graded(), folder=tmp_path).network
    still = {n for n, value in expert.named_parameters() if not value.requires_grad}
    assert still == {"network._fc.weight", "network._fc.bias"}


def test_a_recipe_that_looks_at_no_image_is_refused(tmp_path):
    alone = small_grading().model_copy(update={"pretrained": None})
    with pytest.raises(BadConfiguration, match="looks at no image"):
        train_fold(alone, graded(), tmp_path)


@pytest.mark.needs("pretrained")
def test_the_pretrained_expert_begins_with_the_published_weights(tmp_path):
    declared = recipe("lumbar-grading")
    expert = _pretrained(declared, declared.pretrained, graded(), folder=tmp_path).network
    told = (tmp_path / "weights.txt").read_text("utf-8")
    assert "100.0% of the encoder's parameters" in told
    state = read_weights("efficientnet-lite0").state
    own = expert.network.state_dict()
    assert torch.equal(
        own["_blocks.10._project_conv.weight"], state["_blocks.10._project_conv.weight"]
    )
    assert "_blocks.11._expand_conv.weight" not in own


def both_experts():
    """Gives the mean of two untrained experts on 20 facts."""
    torch.manual_seed(3)
    measures = build_network("disc-measures", {"facts": 20, "outputs": 12, "hidden": 8})
    lite0 = build_network("efficientnet-lite0", {"blocks": 2})
    pretrained = PretrainedExpert(lite0, plain_facts=17, outputs=12, dropout=0.4)
    heads = TwoHeads(measures, grades=5), TwoHeads(pretrained, grades=5)
    return BothExperts(*heads, alone=torch.zeros(7)).eval()


def test_an_unknown_fact_is_the_same_to_the_exported_file_as_to_the_network(tmp_path):
    network = both_experts()
    rng = np.random.default_rng(2)
    network.measures.network.standardise(rng.normal(3.0, 2.0, (50, 20)).astype(np.float32))
    facts = torch.from_numpy(rng.normal(3.0, 2.0, (2, 20)).astype(np.float32))
    facts[:, 17:] = UNKNOWN
    example = {"crop": torch.zeros(2, 6, 20, 28), "facts": facts}
    exported = export_with_example(network, example, outputs=OUTPUTS)
    found = onnxruntime.InferenceSession(exported.model).run(None, dict(exported.feeds))
    assert check_parity(found, exported.trained) < 1e-5
    assert all(np.isfinite(part).all() for part in found)


def test_a_network_that_grades_no_discs_is_refused(tmp_path):
    unfit = recipe("lumbar-grading", network="{name: unet, parameters: {channels: [4, 8]}}")
    with pytest.raises(BadConfiguration, match="cannot grade discs"):
        train_fold(unfit, graded(), tmp_path)


def test_a_grader_with_nothing_to_learn_from_is_refused(tmp_path):
    nothing = graded().where(np.zeros(6, dtype=bool))
    with pytest.raises(DatasetError, match="nothing to train"):
        train_fold(small_grading(), nothing, tmp_path)


def test_the_exported_bytes_are_the_same_each_time():
    network = both_experts()
    example = {"crop": torch.zeros(2, 6, 20, 28), "facts": torch.zeros(2, 20)}
    first = export_with_example(network, example, outputs=OUTPUTS)
    again = export_with_example(network, example, outputs=OUTPUTS)
    assert first.model == again.model
    assert b"site-packages" not in first.model


def test_an_export_that_says_something_else_is_refused():
    one = np.zeros((2, 3), dtype=np.float32)
    assert check_parity([one], [one]) == 0.0
    with pytest.raises(BundleError, match="difference"):
        check_parity([one + 0.01], [one])
    with pytest.raises(BundleError):
        check_parity([np.full((2, 3), np.nan, dtype=np.float32)], [one])


@pytest.mark.parametrize(
    ("widths", "layout"),
    [
        ([16, 32], torch.channels_last),
        ([24, 4], torch.contiguous_format),
        ([], torch.contiguous_format),
    ],
)
def test_only_networks_of_wide_layers_are_trained_with_channels_last(widths, layout):
    layers = [torch.nn.Conv2d(3, width, 1) for width in widths]
    assert loop.memory_format_of(torch.nn.Sequential(*layers)) is layout


def test_both_recipes_train_with_channels_last():
    looks = [
        read_recipe("lumbar-anatomy").network,
        read_recipe("lumbar-grading").pretrained.network,
    ]
    for network in looks:
        parameters = {k: v for k, v in network.parameters.items() if k != "dropout"}
        built = build_network(network.name, parameters)
        assert loop.memory_format_of(built) is torch.channels_last
