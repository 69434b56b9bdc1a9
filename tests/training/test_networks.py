"""Networks: their size, their shapes, and what they refuse."""

import pytest
import torch

from condyle.errors import BadConfiguration, UnknownName
from condyle.training.networks import NETWORKS, build_network
from condyle.training.networks.blocks import Residual, conv_unit
from condyle.training.recipe import read_recipe


def parameters(network):
    return sum(p.numel() for p in network.parameters())


def conv(inputs, outputs, size=3):
    """Parameters of a convolution without bias and of its batch normalisation."""
    return size * size * inputs * outputs + 2 * outputs


def test_a_unit_has_the_parameters_of_its_parts():
    assert parameters(conv_unit(3, 5)) == conv(3, 5)


def test_a_residual_block_has_a_shortcut_only_where_the_shape_changes():
    assert parameters(Residual(8, 8)) == 2 * conv(8, 8)
    assert parameters(Residual(8, 16, stride=2)) == conv(8, 16) + conv(16, 16) + conv(8, 16, 1)


def test_the_unet_has_the_parameters_of_its_levels():
    network = build_network("unet", {"channels": [4, 6, 8]})
    down = conv(4, 4) * 2 + conv(4, 6) + conv(6, 6) + conv(6, 8) + conv(8, 8)
    up = conv(8 + 6, 6) + conv(6, 6) + conv(6 + 4, 4) + conv(4, 4)
    assert parameters(network) == conv(4, 4) + down + up + (4 * 16 + 16)


def test_the_grader_has_the_parameters_of_its_stages():
    settings = {"inputs": 6, "facts": 17, "outputs": 12, "channels": [4, 8]}
    first = conv(6, 4) + 2 * conv(4, 4) + conv(4, 4, 1)
    second = conv(4, 8) + conv(8, 8) + conv(4, 8, 1)
    head = (2 * 8 + 17) * 96 + 96 + 96 * 12 + 12
    assert parameters(build_network("disc-grader", settings)) == first + second + head


@pytest.mark.parametrize("size", [(32, 32), (64, 32)])
def test_the_unet_labels_every_pixel(size):
    network = build_network("unet", {"channels": [4, 6, 8]}).eval()
    assert network(torch.zeros(2, 1, *size)).shape == (2, 4, *size)


def test_the_grader_gives_one_vector_a_disc():
    settings = {"inputs": 6, "facts": 17, "outputs": 12, "channels": [4, 8]}
    network = build_network("disc-grader", settings).eval()
    assert network(torch.zeros(3, 6, 20, 28), torch.zeros(3, 17)).shape == (3, 12)


def test_the_facts_change_what_the_grader_says():
    settings = {"inputs": 6, "facts": 17, "outputs": 12, "channels": [4, 8]}
    network = build_network("disc-grader", settings).eval()
    crop = torch.zeros(1, 6, 20, 28)
    assert not torch.equal(network(crop, torch.zeros(1, 17)), network(crop, torch.ones(1, 17)))


@pytest.mark.parametrize("name", ["lumbar-anatomy", "lumbar-grading"])
def test_the_networks_of_the_recipes_are_small_enough_to_ship(name):
    recipe = read_recipe(name)
    assert parameters(build_network(recipe.network.name, recipe.network.parameters)) < 1.7e6


def test_an_unknown_network_lists_those_that_exist():
    with pytest.raises(UnknownName) as caught:
        build_network("transformer", {})
    assert all(name in caught.value.needed for name in NETWORKS)


def test_a_parameter_that_a_network_does_not_have_is_refused():
    with pytest.raises(BadConfiguration) as caught:
        build_network("unet", {"depth": 3})
    assert "depth" in caught.value.found
