"""The registry: every name builds, takes what it says, and refuses what it does not."""

import pytest
import torch

from condyle.errors import BadConfiguration
from condyle.training.networks import build_network
from condyle.training.networks.normalisation import GreyInput

WORKBENCH = [
    *("lesion-unet", "sharp-unet", "mobile-unet", "series-max", "alexnet"),
    *("resnet18", "resnet34", "resnet50"),
    *("mobilenetv3-small", "mobilenetv3-large", "efficientnet-lite0"),
]

NORMALISED = [name for name in WORKBENCH if name not in ("lesion-unet", "sharp-unet", "series-max")]


@pytest.mark.parametrize("name", WORKBENCH)
def test_a_name_alone_builds_a_network_of_one_class(name):
    shape = {"lesion-unet": (2, 1, 64, 64), "sharp-unet": (2, 1, 64, 64)}.get(name, (2, 3, 64, 64))
    with torch.device("meta"):
        logits = build_network(name, {}).eval()(torch.empty(shape))
    assert logits.shape == ((2, 1, 64, 64) if "unet" in name else (2, 1))


@pytest.mark.parametrize("name", WORKBENCH)
def test_a_parameter_that_there_is_not_is_refused_with_its_name(name):
    with pytest.raises(BadConfiguration) as caught:
        build_network(name, {"depth": 3})
    assert "depth" in caught.value.found
    assert "depth" in caught.value.needed


@pytest.mark.parametrize("name", NORMALISED)
def test_a_recipe_says_how_the_input_is_normalised(name):
    with torch.device("meta"):
        bare = build_network(name, {"normalisation": "none"})
        network = build_network(name, {"normalisation": "imagenet"})
    assert isinstance(network, GreyInput)
    assert not isinstance(bare, GreyInput)
    assert {f"network.{key}" for key in bare.state_dict()} == set(network.state_dict())
