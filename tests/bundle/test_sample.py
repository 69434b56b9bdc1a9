"""The stored sample is read back as it was, and a hostile one is not read."""

import io
import zipfile

import numpy as np
import pytest

from condyle.bundle import read_sample, split_sample
from condyle.bundle import sample as sample_module
from condyle.bundle.sample import write_sample
from condyle.errors import BundleError


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def npy(array, **kwargs):
    buffer = io.BytesIO()
    np.save(buffer, array, **kwargs)
    return buffer.getvalue()


def refused(data):
    with pytest.raises(BundleError) as caught:
        read_sample(data)
    return caught.value.found


def test_arrays_come_back_as_they_were(sample):
    sample["input.y"] = np.asfortranarray(np.arange(6, dtype=np.int64).reshape(2, 3))
    back = read_sample(write_sample(sample))
    assert set(back) == set(sample)
    for name, array in sample.items():
        np.testing.assert_array_equal(back[name], array)
        assert back[name].dtype == array.dtype


def test_the_same_arrays_give_the_same_bytes(sample):
    assert write_sample(sample) == write_sample(dict(reversed(sample.items())))


def test_inputs_and_outputs_are_told_apart(sample):
    inputs, outputs = split_sample(sample)
    assert set(inputs) == {"x"}
    assert set(outputs) == {"logits", "narrow"}


@pytest.mark.parametrize("names", [["input.x"], ["output.y"], ["x", "y"], []])
def test_a_sample_needs_an_input_and_an_output(names):
    with pytest.raises(BundleError, match="stored sample"):
        write_sample({name: np.zeros(2) for name in names})


def test_only_numbers_are_stored():
    with pytest.raises(BundleError, match="type object"):
        write_sample({"input.x": np.array([{}]), "output.y": np.zeros(1)})


def test_pickled_objects_are_never_loaded():
    bad = npy(np.array([{}], dtype=object), allow_pickle=True)
    assert "type object" in refused(zipped(**{"input.x.npy": bad, "output.y.npy": bad}))


def test_a_header_that_promises_more_than_there_is_is_refused():
    whole = npy(np.zeros((1, 10)))
    lying = whole.replace(b"(1, 10)", b"(9, 10)")
    assert "does not hold" in refused(zipped(**{"input.x.npy": lying, "output.y.npy": whole}))


def test_a_sample_that_unpacks_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(sample_module, "MAX_SAMPLE_BYTES", 1000)
    big = npy(np.zeros(10_000))
    assert "once unpacked" in refused(zipped(**{"input.x.npy": big, "output.y.npy": big}))


@pytest.mark.parametrize("data", [b"", b"nothing", zipped(), zipped(**{"input.x.npy": b"?"})])
def test_what_is_no_sample_is_refused(data):
    assert refused(data)


def test_a_damaged_byte_anywhere_is_refused_or_harmless(sample):
    whole = write_sample(sample)
    refusals = 0
    for at in range(len(whole)):
        damaged = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        try:
            back = read_sample(damaged)
        except BundleError:
            refusals += 1
        else:
            for name in set(back) & set(sample):
                np.testing.assert_array_equal(back[name], sample[name])
    assert refusals > len(whole) / 2
