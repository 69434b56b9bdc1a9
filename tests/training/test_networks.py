"""Networks: their size, their shapes, and what they refuse."""

import numpy as np
import pytest
import torch

from condyle.errors import BadConfiguration, UnknownName
from condyle.interpretation.crops import UNKNOWN
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


GRADER = {"inputs": 6, "plain_facts": 17, "facts": 20, "outputs": 12, "channels": [4, 8]}


def test_the_grader_has_the_parameters_of_its_experts():
    first = conv(6, 4) + 2 * conv(4, 4) + conv(4, 4, 1)
    second = conv(4, 8) + conv(8, 8) + conv(4, 8, 1)
    head = (2 * 8 + 17) * 96 + 96 + 96 * 12 + 12
    measures = 20 * 64 + 64 + 64 * 12 + 12
    assert parameters(build_network("disc-grader", GRADER)) == first + second + head + measures


@pytest.mark.parametrize("size", [(32, 32), (64, 32)])
def test_the_unet_labels_every_pixel(size):
    network = build_network("unet", {"channels": [4, 6, 8]}).eval()
    assert network(torch.zeros(2, 1, *size)).shape == (2, 4, *size)


def grader():
    torch.manual_seed(4)
    return build_network("disc-grader", GRADER).eval()


def test_the_grader_gives_one_vector_a_disc():
    assert grader()(torch.zeros(3, 6, 20, 28), torch.zeros(3, 20)).shape == (3, 12)


def test_the_grader_says_the_mean_of_its_experts():
    network, crop, facts = grader(), torch.rand(2, 6, 20, 28), torch.rand(2, 20)
    image, measures = network.experts(crop, facts)
    assert torch.allclose(network(crop, facts), (image + measures) / 2)
    assert not torch.allclose(image, measures)


def test_the_image_expert_knows_nothing_of_the_measures():
    network, crop, facts = grader(), torch.rand(2, 6, 20, 28), torch.rand(2, 20)
    other = facts.clone()
    other[:, 17:] += 1.0
    before, after = network.experts(crop, facts), network.experts(crop, other)
    assert torch.equal(before[0], after[0])
    assert not torch.equal(before[1], after[1])


def test_an_unknown_measure_counts_as_the_usual_one():
    network = grader()
    rng = np.random.default_rng(1)
    learnt = rng.normal(5.0, 3.0, (40, 20)).astype(np.float32)
    learnt[:7, 18] = UNKNOWN
    network.measures.standardise(learnt)
    facts = torch.from_numpy(learnt[10:12].copy())
    usual = facts.clone()
    usual[:, 18] = float(learnt[7:, 18].mean())
    facts[:, 18] = UNKNOWN
    assert torch.allclose(network.measures(facts), network.measures(usual), atol=1e-5)


def test_a_fact_that_never_changes_or_is_never_known_does_no_harm():
    network = grader()
    learnt = np.ones((5, 20), dtype=np.float32)
    learnt[:, 3] = UNKNOWN
    network.measures.standardise(learnt)
    assert torch.isfinite(network.measures(torch.full((1, 20), UNKNOWN))).all()
    assert torch.isfinite(network.measures(torch.full((1, 20), 1e30))).all()


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
