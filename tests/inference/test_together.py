"""Several runners side by side, and a room that brings no training with it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from condyle.bundle import calibrate_logits
from condyle.inference import Runner


def test_runners_used_from_several_threads_do_not_disturb_each_other(write, x):
    runner = Runner(write(), threads=1)
    alone = runner.run({"x": x})["logits"].tobytes()
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda _: runner.run({"x": x})["logits"].tobytes(), range(12)))
    assert set(together) == {alone}


def test_a_result_is_the_same_in_another_process(write, x, tmp_path):
    bundle = write()
    np.save(tmp_path / "x.npy", x)
    code = (
        "import sys, hashlib, numpy as np\n"
        "from condyle.bundle import find_bundle\n"
        "from condyle.inference import Runner\n"
        "x = np.load(sys.argv[2])\n"
        "given = Runner(find_bundle(sys.argv[1]), threads=1).run({'x': x})['logits']\n"
        "print(hashlib.sha256(given.tobytes()).hexdigest())\n"
        "print([n for n in ('torch', 'onnx', 'pydicom') if n in sys.modules])\n"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", code, str(bundle.path), str(tmp_path / "x.npy")],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for _ in range(2)
    ]
    assert told[0] == told[1]
    assert told[0].splitlines()[1] == "[]"


def test_the_inputs_are_not_changed_by_a_run(write, x):
    before = x.copy()
    Runner(write(), threads=1).run({"x": x})
    np.testing.assert_array_equal(x, before)


def test_an_output_can_be_changed_without_changing_the_input(write, x):
    before = x.copy()
    Runner(write(), threads=1, max_batch=100).run({"x": x})["narrow"][:] = 0
    np.testing.assert_array_equal(x, before)


def test_logits_become_probabilities_by_the_manifests_own_calibration(write, x):
    bundle = write()
    logits = Runner(bundle, threads=1).run({"x": x})["logits"]
    task = bundle.manifest.tasks[0]
    calibration = bundle.manifest.calibration[task.outputs[0].name]
    probabilities = calibrate_logits(logits, calibration, activation=task.activation)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), logits.argmax(axis=1))
