"""A network of a whole series: its size, its shapes, and what the maximum does not see."""

import pytest
import torch

from condyle.errors import UnknownName
from condyle.training.networks import build_network
from condyle.training.networks.backbones import BACKBONES
from condyle.training.networks.series_max import as_batch


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(5)
    return build_network("series-max", {"backbone": "resnet18", "classes": 3}).eval()


def test_mrnet_has_alexnets_convolutions_and_one_linear_layer():
    network = build_network("series-max", {})
    assert sum(value.numel() for value in network.parameters()) == 2_469_696 + 256 + 1


@pytest.mark.parametrize("backbone", BACKBONES)
def test_any_backbone_gives_a_logit_a_class_for_any_number_of_slices(backbone):
    network = build_network("series-max", {"backbone": backbone, "classes": 2}).eval()
    with torch.no_grad():
        assert network(torch.rand(2, 1, 64, 64)).shape == (2, 2)
        assert network(torch.rand(1, 3, 64, 64)).shape == (1, 2)


def test_it_reads_the_largest_of_each_feature_over_the_slices(network):
    series = torch.rand(2, 4, 48, 40)
    with torch.no_grad():
        colours = (series[:, :, None] - network.normalise.mean) / network.normalise.std
        vectors = torch.stack(
            [network.backbone.features(colours[:, slot]).mean(dim=(2, 3)) for slot in range(4)]
        )
        expected = network.backbone.fc(vectors.max(dim=0).values)
        assert torch.allclose(network(series), expected, atol=1e-4)


def test_the_order_of_the_slices_does_not_matter(network):
    series = torch.rand(1, 5, 48, 40)
    with torch.no_grad():
        assert torch.allclose(network(series), network(series.flip(1)), atol=1e-5)


def test_repeating_slices_for_a_batch_changes_nothing(network):
    short, long = torch.rand(2, 48, 40), torch.rand(5, 48, 40)
    batch = as_batch([short, long])
    assert batch.shape == (2, 5, 48, 40)
    assert torch.equal(batch[0], short[[0, 1, 0, 1, 0]])
    with torch.no_grad():
        together = network(batch)
        alone = torch.cat([network(short[None]), network(long[None])])
    assert torch.allclose(together, alone, atol=1e-4)


def test_a_blank_slice_would_change_the_maximum(network):
    series = torch.rand(2, 48, 40)
    with torch.no_grad():
        blank = network(torch.cat([series, torch.zeros(3, 48, 40)])[None])
        assert not torch.allclose(blank, network(series[None]), atol=1e-4)


def test_the_map_of_a_lone_slice_averages_to_what_the_network_says(network):
    series = torch.rand(2, 1, 64, 64)
    with torch.no_grad():
        maps = network.class_maps(series)
        assert maps.shape == (2, 1, 3, 2, 2)
        assert torch.allclose(maps.mean(dim=(1, 3, 4)), network(series), atol=1e-4)


def test_without_normalisation_the_backbone_takes_one_channel():
    network = build_network("series-max", {"backbone": "resnet18", "normalisation": "none"}).eval()
    assert network.backbone.conv1.weight.shape[1] == 1
    with torch.no_grad():
        assert network(torch.rand(1, 2, 32, 32)).shape == (1, 1)


@pytest.mark.parametrize("wrong", [{"backbone": "vgg"}, {"normalisation": "zscore"}])
def test_an_unknown_name_lists_those_that_exist(wrong):
    with pytest.raises(UnknownName) as caught:
        build_network("series-max", wrong)
    assert "alexnet" in caught.value.needed or "imagenet" in caught.value.needed
