"""A session is opened with the settings that keep results the same."""

import pytest

from condyle.errors import BundleError, UsageError
from condyle.inference import open_session
from condyle.inference.session import usable_threads


def test_a_model_opens_from_a_file_and_from_bytes(linear, tmp_path):
    (tmp_path / "m.onnx").write_bytes(linear())
    for model in (tmp_path / "m.onnx", linear()):
        session = open_session(model, threads=1)
        assert [node.name for node in session.get_outputs()] == ["logits", "narrow"]


def test_it_runs_on_the_processor_without_spinning_and_deterministically(linear):
    session = open_session(linear(), threads=2)
    options = session.get_session_options()
    assert session.get_providers() == ["CPUExecutionProvider"]
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
    assert options.use_deterministic_compute
    assert options.intra_op_num_threads == 2


def test_without_a_number_every_usable_thread_is_used(linear):
    options = open_session(linear()).get_session_options()
    assert options.intra_op_num_threads == usable_threads() >= 1


@pytest.mark.parametrize("threads", [0, -3])
def test_fewer_than_one_thread_is_refused(linear, threads):
    with pytest.raises(UsageError) as caught:
        open_session(linear(), threads=threads)
    assert len(caught.value.lines()) == 4


@pytest.mark.parametrize("data", [b"", b"no model", b"\x08\x07"])
def test_what_is_no_model_is_an_error_of_four_parts(data):
    with pytest.raises(BundleError, match="'m' cannot be loaded") as caught:
        open_session(data, threads=1, name="m")
    assert len(caught.value.lines()) == 4
    assert len(str(caught.value)) < 600


def test_a_file_that_is_not_there_is_an_error_that_names_only_the_file(tmp_path):
    with pytest.raises(BundleError, match=r"'none\.onnx' cannot be loaded"):
        open_session(tmp_path / "none.onnx", threads=1)


def test_an_operator_that_the_runtime_does_not_know_is_an_error(build_model):
    data = build_model([("NoSuchThing", ["x"], ["logits"], {})], outputs=("logits",))
    with pytest.raises(BundleError, match="NoSuchThing"):
        open_session(data, threads=1)
