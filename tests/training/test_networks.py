"""Networks: their size, their shapes, and what they refuse."""

import numpy as np
import pytest
import torch

from condyle.errors import BadConfiguration, UnknownName
from condyle.interpretation.crops import UNKNOWN
from condyle.training.networks import NETWORKS, build_network
from condyle.training.networks.blocks import conv_unit
from condyle.training.networks.grader import PretrainedExpert
from condyle.training.recipe import read_recipe


def parameters(network):
    return sum(p.numel() for p in network.parameters())


def conv(inputs, outputs, size=3):
    """Parameters of a convolution without bias and of its batch normalisation."""
    return size * size * inputs * outputs + 2 * outputs


def test_a_unit_has_the_parameters_of_its_parts():
    assert parameters(conv_unit(3, 5)) == conv(3, 5)


def test_the_unet_has_the_parameters_of_its_levels():
    network = build_network("unet", {"channels": [4, 6, 8]})
    down = conv(4, 4) * 2 + conv(4, 6) + conv(6, 6) + conv(6, 8) + conv(8, 8)
    up = conv(8 + 6, 6) + conv(6, 6) + conv(6 + 4, 4) + conv(4, 4)
    assert parameters(network) == conv(4, 4) + down + up + (4 * 16 + 16)


MEASURES = {"facts": 20, "outputs": 12}


def test_the_measure_expert_has_the_parameters_of_its_layers():
    assert parameters(build_network("disc-measures", MEASURES | {"hidden": 8, "noise": 0.3})) == (
        20 * 8 + 8 + 8 * 12 + 12
    )


@pytest.mark.parametrize("size", [(32, 32), (64, 32)])
def test_the_unet_labels_every_pixel(size):
    network = build_network("unet", {"channels": [4, 6, 8]}).eval()
    assert network(torch.zeros(2, 1, *size)).shape == (2, 4, *size)


CROP = torch.zeros(1, 6, 1, 1)


def measures():
    torch.manual_seed(4)
    return build_network("disc-measures", MEASURES | {"hidden": 64, "noise": 0.3}).eval()


def test_the_measure_expert_gives_one_vector_a_disc_and_does_not_look_at_the_crop():
    network, facts = measures(), torch.rand(3, 20)
    told = network(torch.zeros(3, 6, 20, 28), facts)
    assert told.shape == (3, 12)
    assert torch.equal(network(torch.rand(3, 6, 1, 1), facts), told)


def test_an_unknown_measure_counts_as_the_usual_one():
    network = measures()
    rng = np.random.default_rng(1)
    learnt = rng.normal(5.0, 3.0, (40, 20)).astype(np.float32)
    learnt[:7, 18] = UNKNOWN
    network.standardise(learnt)
    facts = torch.from_numpy(learnt[10:12].copy())
    usual = facts.clone()
    usual[:, 18] = float(learnt[7:, 18].mean())
    facts[:, 18] = UNKNOWN
    assert torch.allclose(network(CROP, facts), network(CROP, usual), atol=1e-5)


def test_a_fact_that_never_changes_or_is_never_known_does_no_harm():
    network = measures()
    learnt = np.ones((5, 20), dtype=np.float32)
    learnt[:, 3] = UNKNOWN
    network.standardise(learnt)
    assert torch.isfinite(network(CROP, torch.full((1, 20), UNKNOWN))).all()
    assert torch.isfinite(network(CROP, torch.full((1, 20), 1e30))).all()


def test_a_shortened_lite0_gives_the_features_of_the_whole_one_at_that_block():
    torch.manual_seed(4)
    whole = build_network("efficientnet-lite0", {"classes": 1}).eval()
    short = build_network("efficientnet-lite0", {"classes": 1, "blocks": 11}).eval()
    kept = {k: v for k, v in whole.state_dict().items() if not k.startswith("_fc.")}
    own = short.state_dict()
    short.load_state_dict({**own, **{k: v for k, v in kept.items() if k in own}})
    seen = []
    whole._blocks[10].register_forward_hook(lambda _, __, given: seen.append(given))
    x = torch.rand(2, 3, 64, 48)
    whole(x)
    assert short.features(x).shape == (2, 112, 4, 3)
    assert torch.equal(short.features(x), seen[0])
    assert short.feature_channels == 112


def pretrained():
    torch.manual_seed(4)
    network = build_network("efficientnet-lite0", {"normalisation": "lite0", "blocks": 3})
    return PretrainedExpert(network, plain_facts=17, outputs=12, dropout=0.4).eval()


def test_the_pretrained_expert_is_shown_both_contrasts_and_the_labels():
    crop = torch.zeros(1, 6, 8, 8)
    crop[:, 0], crop[:, 3] = 0.25, 0.75
    crop[:, 1, 2], crop[:, 5, 2:4] = 1.0, 1.0
    t2, t1, labels = pretrained().picture(crop)[0]
    assert (t2 == 0.75).all() and (t1 == 0.25).all()
    assert labels[:, 0].tolist() == [0, 0, 1, 0.5, 0, 0, 0, 0]


def test_the_pretrained_expert_scales_its_input_and_reads_the_plain_facts_alone():
    expert, crop, facts = pretrained(), torch.rand(2, 6, 48, 48), torch.rand(2, 20)
    seen, scaled = [], []
    expert.network.register_forward_pre_hook(lambda _, given: seen.append(given))
    expert.network._conv_stem.register_forward_pre_hook(lambda _, given: scaled.append(given[0]))
    before = expert(crop, facts)
    assert before.shape == (2, 12)
    assert torch.allclose(scaled[0], (expert.picture(crop) - 0.498) / 0.502)
    other = facts.clone()
    other[:, 17:] += 1.0
    assert torch.equal(expert(crop, other), before)
    other[:, 0] += 1.0
    assert not torch.equal(expert(crop, other), before)
    assert not seen  # its own head is not asked


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
