"""A bundle's models run the same each time, in bounded batches, and refuse what does not fit."""

import numpy as np
import pytest

from condyle.errors import BadImage, BundleError
from condyle.inference import Runner


def told(error, caught):
    assert isinstance(caught.value, error)
    assert len(caught.value.lines()) == 4
    return str(caught.value)


def test_every_output_is_given_by_its_name(write, x, weights):
    runner = Runner(write(), threads=1)
    assert runner.inputs == ("x",)
    assert runner.outputs == ("logits", "narrow")
    given = runner.run({"x": x})
    np.testing.assert_allclose(given["logits"], x @ weights, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(given["narrow"], x)


@pytest.mark.parametrize("threads", [1, 2, None])
def test_the_same_threads_give_the_same_bytes(write, x, threads):
    bundle = write()
    one = Runner(bundle, threads=threads).run({"x": x})["logits"].tobytes()
    for _ in range(3):
        assert Runner(bundle, threads=threads).run({"x": x})["logits"].tobytes() == one


def test_other_thread_counts_agree_to_the_last_digits(write, x):
    bundle = write()
    one, two = (Runner(bundle, threads=n).run({"x": x})["logits"] for n in (1, 2))
    np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("max_batch", [1, 5, 36, 37, 1000])
def test_batches_are_bounded_and_joined_in_order(write, x, max_batch):
    bundle = write()
    whole = Runner(bundle, threads=1, max_batch=1000).run({"x": x})
    parts = Runner(bundle, threads=1, max_batch=max_batch).run({"x": x})
    np.testing.assert_array_equal(parts["narrow"], whole["narrow"])
    np.testing.assert_allclose(parts["logits"], whole["logits"], rtol=1e-5, atol=1e-5)


def test_no_batch_is_over_the_limit(write, x, monkeypatch):
    runner = Runner(write(), threads=1, max_batch=10)
    sizes = []
    real = runner._ask
    monkeypatch.setattr(
        runner, "_ask", lambda one, feeds: sizes.append(len(feeds["x"])) or real(one, feeds)
    )
    runner.run({"x": x})
    assert sizes == [10, 10, 10, 7]


def test_a_model_of_fixed_batch_is_run_item_by_item(write, linear, x):
    runner = Runner(write(model=linear(batch=1)), threads=1)
    np.testing.assert_array_equal(runner.run({"x": x})["narrow"], x)


def test_a_fixed_batch_that_does_not_divide_the_items_is_refused(write, linear, x):
    runner = Runner(write(model=linear(batch=2)), threads=1)
    with pytest.raises(BadImage) as caught:
        runner.run({"x": x})
    assert "a multiple of the model's batch, 2" in told(BadImage, caught)


def test_an_ensemble_gives_the_mean_of_its_models(write, linear, x, weights):
    models = {"fold-1.onnx": linear(1.0), "fold-2.onnx": linear(2.0), "fold-3.onnx": linear(6.0)}
    bundle = write(models=list(models), model=models)
    given = Runner(bundle, threads=1).run({"x": x})
    np.testing.assert_allclose(given["logits"], x @ weights * 3, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(given["narrow"], x)
    assert given["logits"].dtype == np.float32


def test_models_of_an_ensemble_must_agree(write, linear, build_model):
    other = build_model([("Identity", ["x"], ["other"], {})], outputs=("other",))
    models = {"fold-1.onnx": linear(), "fold-2.onnx": other}
    with pytest.raises(BundleError) as caught:
        Runner(write(models=list(models), model=models), threads=1)
    assert "models that agree" in told(BundleError, caught)


def test_a_model_without_a_tensor_of_the_manifest_is_refused(write, build_model):
    model = build_model([("Identity", ["x"], ["logits"], {})], outputs=("logits",))
    with pytest.raises(BundleError) as caught:
        Runner(write(model=model), threads=1)
    assert "'narrow'" in told(BundleError, caught)


def test_an_altered_model_is_not_run(write, linear):
    bundle = write()
    (bundle.path / "model.onnx").write_bytes(linear(1.5))
    with pytest.raises(BundleError, match="altered"):
        Runner(bundle, threads=1)


@pytest.mark.parametrize("dtype", ["float16", "float64", ">f4"])
def test_floating_point_arrays_are_cast(write, x, dtype):
    given = Runner(write(), threads=1).run({"x": x.astype(dtype)})
    np.testing.assert_allclose(given["narrow"], x, rtol=1e-3, atol=1e-3)
    assert given["narrow"].dtype == np.float32


def test_an_array_of_any_memory_layout_is_taken(write, x):
    turned = np.asfortranarray(x)[::-1]
    np.testing.assert_array_equal(Runner(write(), threads=1).run({"x": turned})["narrow"], x[::-1])


@pytest.mark.parametrize(
    ("feeds", "said"),
    [
        ({}, "inputs none"),
        ({"y": np.zeros((1, 64), np.float32)}, "inputs 'y'"),
        ({"x": np.zeros((1, 63), np.float32)}, "(1, 63)"),
        ({"x": np.zeros(64, np.float32)}, "(64,)"),
        ({"x": np.float32(3)}, "()"),
        ({"x": np.zeros((1, 64, 1), np.float32)}, "(1, 64, 1)"),
        ({"x": np.zeros((0, 64), np.float32)}, "at least one"),
        ({"x": np.zeros((1, 64), np.int16)}, "int16"),
        ({"x": np.full((1, 64), np.nan, np.float32)}, "NaN"),
        ({"x": np.full((1, 64), 1e300)}, "infinity"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_with_what_is_needed(write, feeds, said):
    with pytest.raises(BadImage) as caught:
        Runner(write(), threads=1).run(feeds)
    assert said in told(BadImage, caught)


def test_two_inputs_must_have_as_many_items(write, build_model, x):
    nodes = [("Add", ["x", "y"], ["logits"], {}), ("Identity", ["x"], ["narrow"], {})]
    runner = Runner(write(model=build_model(nodes, inputs=("x", "y"))), threads=1)
    np.testing.assert_allclose(runner.run({"x": x, "y": x})["logits"], 2 * x)
    with pytest.raises(BadImage, match="as many items"):
        runner.run({"x": x, "y": x[:3]})


def test_an_output_that_is_not_finite_is_never_given(write, build_model, x):
    nodes = [("Log", ["x"], ["logits"], {}), ("Identity", ["x"], ["narrow"], {})]
    runner = Runner(write(model=build_model(nodes)), threads=1)
    with pytest.raises(BundleError) as caught:
        runner.run({"x": -np.abs(x)})
    assert "'logits' has NaN or infinity" in told(BundleError, caught)


def test_an_output_without_a_row_an_item_is_refused(write, build_model, x):
    nodes = [
        ("ReduceSum", ["x"], ["logits"], {"keepdims": 0}),
        ("Identity", ["x"], ["narrow"], {}),
    ]
    runner = Runner(write(model=build_model(nodes)), threads=1)
    with pytest.raises(BundleError, match="one row an item"):
        runner.run({"x": x})


def test_a_failure_of_the_runtime_is_an_error_of_four_parts(write, build_model, x):
    shape = np.array([7, 7], dtype=np.int64)
    nodes = [("Reshape", ["x", "w"], ["logits"], {}), ("Identity", ["x"], ["narrow"], {})]
    runner = Runner(write(model=build_model(nodes, weights=shape)), threads=1)
    with pytest.raises(BundleError) as caught:
        runner.run({"x": x})
    assert "condyle bundles verify example-grading" in told(BundleError, caught)
