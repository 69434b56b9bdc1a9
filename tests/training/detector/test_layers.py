"""Layers: the deformable convolution against plain loops, DropBlock against its rate."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from condyle.inference import open_session
from condyle.training.detector.deformable import DeformableConv, deformable_conv
from condyle.training.detector.layers import DropBlock, PooledPyramid, pooled, repeated, scaled
from condyle.training.export import check_parity, export_with_example


def plain_deformable(x, weight, offset, modulation, stride):
    """Zhu et al. 2019, equation 1, one number after another."""
    _, channels, rows, columns = x.shape
    outputs, down, across = weight.shape[0], *offset.shape[2:]
    result = np.zeros((len(x), outputs, down, across))

    def at(b, c, row, column):
        if 0 <= row < rows and 0 <= column < columns:
            return x[b, c, row, column]
        return 0.0

    def seen(b, c, row, column):
        r, k = int(np.floor(row)), int(np.floor(column))
        fr, fk = row - r, column - k
        return (
            (1 - fr) * (1 - fk) * at(b, c, r, k)
            + (1 - fr) * fk * at(b, c, r, k + 1)
            + fr * (1 - fk) * at(b, c, r + 1, k)
            + fr * fk * at(b, c, r + 1, k + 1)
        )

    for b, o, i, j in np.ndindex(result.shape):
        for tap in range(9):
            row = i * stride + tap // 3 - 1 + offset[b, 2 * tap, i, j]
            column = j * stride + tap % 3 - 1 + offset[b, 2 * tap + 1, i, j]
            for c in range(channels):
                value = seen(b, c, row, column) * modulation[b, tap, i, j]
                result[b, o, i, j] += weight[o, c, tap // 3, tap % 3] * value
    return result


@pytest.mark.parametrize("stride", [1, 2])
def test_the_deformable_convolution_is_that_of_its_paper(stride):
    generator = torch.Generator().manual_seed(stride)
    x = torch.rand(2, 2, 6, 4, generator=generator)
    weight = torch.randn(3, 2, 3, 3, generator=generator)
    shape = (6 // stride, 4 // stride)
    offset = torch.randn(2, 18, *shape, generator=generator) * 2.5
    modulation = torch.rand(2, 9, *shape, generator=generator)
    given = deformable_conv(x, weight, offset, modulation, stride=stride)
    parts = [part.double().numpy() for part in (x, weight, offset, modulation)]
    np.testing.assert_allclose(given.numpy(), plain_deformable(*parts, stride), atol=1e-5)


@pytest.mark.parametrize("stride", [1, 2])
def test_without_shifts_it_is_a_plain_convolution_of_half_the_weight(stride):
    torch.manual_seed(0)
    layer, x = DeformableConv(4, 5, stride=stride), torch.rand(1, 4, 10, 8)
    plain = functional.conv2d(x, layer.weight, stride=stride, padding=1)
    assert torch.allclose(layer(x), plain / 2, atol=1e-5)


def test_its_exported_file_says_what_it_says():
    torch.manual_seed(3)
    layer = DeformableConv(2, 3).eval()
    torch.nn.init.normal_(layer.shift.weight, std=0.5)
    exported = export_with_example(layer, {"x": torch.rand(2, 2, 6, 5)}, outputs=["y"])
    assert (
        check_parity(open_session(exported.model).run(None, exported.feeds), exported.trained)
        < 1e-5
    )


def test_shifts_learn():
    torch.manual_seed(0)
    layer = DeformableConv(2, 2)
    layer(torch.rand(1, 2, 6, 6)).square().sum().backward()
    assert float(layer.shift.weight.grad.abs().sum()) > 0
    assert float(layer.weight.grad.abs().sum()) > 0


def test_three_small_maxima_one_after_another_see_5_9_and_13_pixels():
    x = torch.rand(1, 2, 20, 20)
    expected = [x, *(functional.max_pool2d(x, k, stride=1, padding=k // 2) for k in (5, 9, 13))]
    assert torch.equal(pooled(x), torch.cat(expected, dim=1))
    assert PooledPyramid(8, 6, activation="silu")(torch.rand(1, 8, 5, 5)).shape == (1, 6, 5, 5)


def test_drop_block_drops_squares_by_its_share_and_keeps_the_mean():
    torch.manual_seed(0)
    layer = DropBlock(size=3, keep=0.9).train()
    dropped = layer(torch.ones(64, 16, 20, 20))
    share = float((dropped == 0).float().mean())
    assert 0.08 < share < 0.10
    assert float(dropped.mean()) == pytest.approx(1.0, abs=1e-4)
    hole = (dropped[0, 0] == 0).float()[None, None]
    solid = functional.max_pool2d(-functional.max_pool2d(-hole, 3, 1, 1), 3, 1, 1)
    inside = (slice(None), slice(None), slice(2, -2), slice(2, -2))
    assert torch.equal(solid[inside], hole[inside])


def test_drop_block_drops_nothing_in_evaluation_or_when_all_is_kept():
    x = torch.rand(1, 2, 6, 6)
    assert torch.equal(DropBlock(keep=0.5).eval()(x), x)
    assert torch.equal(DropBlock(keep=1.0).train()(x), x)


def test_multiples_round_channels_up_to_8_and_leave_one_block_at_least():
    assert [scaled(64, w) for w in (1.0, 0.5, 0.33, 0.01)] == [64, 32, 24, 8]
    assert [repeated(9, d) for d in (1.0, 0.67, 0.33, 0.01)] == [9, 6, 3, 1]
