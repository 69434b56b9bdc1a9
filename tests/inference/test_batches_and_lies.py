"""Batches of every size, ensembles in closed form, and manifests that do not tell the truth."""

import numpy as np
import pytest

from condyle.bundle import Manifest
from condyle.errors import BadImage, BundleError
from condyle.inference import Runner, verify_bundle


@pytest.fixture(name="runner")
def _runner(write):
    return Runner(write(), threads=1)


@pytest.mark.parametrize("items", [*range(1, 20), 31, 32, 33, 40])
def test_a_batch_of_any_size_equals_its_items_one_by_one(runner, items):
    x = np.random.default_rng(items).normal(size=(items, 64)).astype(np.float32)
    together = runner.run({"x": x})
    for at in range(items):
        alone = runner.run({"x": x[at : at + 1]})
        np.testing.assert_allclose(together["logits"][at], alone["logits"][0], rtol=1e-5, atol=1e-5)
        np.testing.assert_array_equal(together["narrow"][at], alone["narrow"][0])


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_each_number_of_threads_repeats_its_own_bytes_and_nearly_the_others(write, x, threads):
    bundle = write()
    given = [Runner(bundle, threads=threads).run({"x": x})["logits"] for _ in range(3)]
    assert len({array.tobytes() for array in given}) == 1
    alone = Runner(bundle, threads=1).run({"x": x})["logits"]
    np.testing.assert_allclose(given[0], alone, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("folds", [2, 3, 5, 20])
def test_an_ensemble_gives_the_mean_in_closed_form(write, linear, x, weights, folds):
    names = [f"fold-{i}.onnx" for i in range(folds)]
    scales = [1.0 + i for i in range(folds)]
    models = {name: linear(scale) for name, scale in zip(names, scales, strict=True)}
    given = Runner(write(models=names, model=models), threads=1).run({"x": x})
    expected = (x.astype(np.float64) @ weights.astype(np.float64)) * (folds + 1) / 2
    np.testing.assert_allclose(given["logits"], expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(given["narrow"], x)
    assert given["logits"].dtype == np.float32


def test_an_ensemble_of_equal_models_gives_the_bytes_of_one(write, linear, x):
    names = ["fold-0.onnx", "fold-1.onnx", "fold-2.onnx", "fold-3.onnx"]
    several = write("several", models=names, model={name: linear() for name in names})
    one = Runner(write("one"), threads=1).run({"x": x})["logits"]
    assert Runner(several, threads=1).run({"x": x})["logits"].tobytes() == one.tobytes()


def nodes():
    return [("MatMul", ["x", "w"], ["logits"], {}), ("Identity", ["x"], ["narrow"], {})]


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_give_an_error_and_never_a_number(
    write, build_model, x, weights, poison
):
    spoilt = weights.copy()
    spoilt[3, 1] = poison
    bundle = write(model={"model.onnx": build_model(nodes(), weights=spoilt)})
    with pytest.raises(BundleError) as caught:
        Runner(bundle, threads=1).run({"x": x})
    assert "NaN or infinity" in caught.value.found
    assert len(caught.value.lines()) == 4
    verification = verify_bundle(bundle, threads=1)
    assert [check.name for check in verification.checks if not check.ok] == ["sample"]


def test_one_spoilt_fold_of_an_ensemble_is_not_averaged_away(
    write, linear, build_model, x, weights
):
    spoilt = np.full_like(weights, np.nan)
    models = {"a.onnx": linear(), "b.onnx": build_model(nodes(), weights=spoilt)}
    with pytest.raises(BundleError):
        Runner(write(models=list(models), model=models), threads=1).run({"x": x})


def test_two_folds_whose_infinities_cancel_are_not_believed(write, build_model, x, weights):
    models = {
        name: build_model(nodes(), weights=np.full_like(weights, value))
        for name, value in (("a.onnx", 3e38), ("b.onnx", -3e38))
    }
    with pytest.raises(BundleError):
        Runner(write(models=list(models), model=models), threads=1).run({"x": 100 * np.abs(x)})


def test_weights_so_great_that_they_overflow_give_an_error(write, build_model, x, weights):
    bundle = write(model={"model.onnx": build_model(nodes(), weights=np.full_like(weights, 3e38))})
    with pytest.raises(BundleError):
        Runner(bundle, threads=1).run({"x": 100 * np.abs(x)})


def test_a_manifest_that_names_a_tensor_that_the_model_lacks_is_found_out(write, example):
    tasks = [{**task, "tensor": f"absent-{i}"} for i, task in enumerate(example["tasks"])]
    bundle = write(tasks=tasks)
    with pytest.raises(BundleError) as caught:
        Runner(bundle, threads=1)
    assert "absent-0" in caught.value.needed
    failed = [check for check in verify_bundle(bundle, threads=1).checks if not check.ok]
    assert [check.name for check in failed] == ["sample"]


def test_two_models_whose_outputs_changed_names_do_not_agree(write, linear, build_model):
    swapped = [("MatMul", ["x", "w"], ["narrow"], {}), ("Identity", ["x"], ["logits"], {})]
    models = {"a.onnx": linear(), "b.onnx": build_model(swapped, outputs=("narrow", "logits"))}
    with pytest.raises(BundleError) as caught:
        Runner(write(models=list(models), model=models), threads=1)
    assert "different inputs or outputs" in caught.value.found


def test_a_model_may_stand_in_the_manifest_only_once(example):
    example["models"] = ["model.onnx", "model.onnx"]
    with pytest.raises(ValueError, match="stands twice"):
        Manifest.model_validate(example)


@pytest.mark.parametrize("position", [0, 20, 36])
@pytest.mark.parametrize("value", [np.nan, np.inf, 1e39])
def test_one_item_that_is_not_finite_is_refused_wherever_it_is(runner, x, position, value):
    spoilt = x.astype(np.float64)
    spoilt[position, 5] = value
    with pytest.raises(BadImage):
        runner.run({"x": spoilt})
    assert np.isfinite(runner.run({"x": x})["logits"]).all(), "and the next run is none the worse"


@pytest.mark.parametrize("max_batch", [-3, 0, 1, 10_000])
def test_any_limit_of_a_batch_gives_the_same_answer(write, x, max_batch):
    given = Runner(write(), threads=1, max_batch=max_batch).run({"x": x})["logits"]
    np.testing.assert_allclose(
        given, Runner(write("c"), threads=1).run({"x": x})["logits"], rtol=1e-5
    )
