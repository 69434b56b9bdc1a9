"""RT-DETRv2 of the transformers library, built from values alone: nothing is fetched."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn

from condyle.errors import BadConfiguration, MissingExtra
from condyle.training.detector.assignment import COUNTED, Targets

CHECKS = "TRANSFORMERS_DISABLE_TORCH_CHECK"
"""Variable of the environment by which the library leaves its checks out."""

CANDIDATES = 24
GOLDEN = 0.618034


class TransformerDetector(nn.Module):
    """RT-DETRv2 (Lv et al. 2024, arXiv 2407.17140), today's reference for the others.

    A box that shows several classes is learned as one box a class at one place, which
    matching assigns to one query each. A difficult box is left out, since matching has no
    way to leave a query alone.

    Args:
        classes: Number of classes.
        inputs: Image channels.
        depths: Blocks of the four stages of the backbone, a ResNet-vd.
        block: ``"basic"`` (ResNet-18 and 34) or ``"bottleneck"`` (ResNet-50).
        channels: Output channels of the four stages.
        stem: Channels before them.
        hidden: Width of encoder and decoder.
        feedforward: Hidden width of their feed-forward layers.
        heads: Attention heads; divides ``hidden``.
        decoder_layers: Layers of the decoder, two at least.
        queries: Boxes told an image; at most as many as its cells at strides 8, 16 and 32.
        denoising: Noisy copies of reference boxes that the decoder learns to put right.
        expansion: Width of the encoder's blocks in shares of ``hidden``; 0.5 with ResNet-18.

    Raises:
        MissingExtra: The transformers library is not installed.
        BadConfiguration: The values do not make a network.
    """

    def __init__(
        self,
        *,
        classes: int,
        inputs: int = 1,
        depths: Sequence[int] = (3, 4, 6, 3),
        block: str = "bottleneck",
        channels: Sequence[int] = (256, 512, 1024, 2048),
        stem: int = 64,
        hidden: int = 256,
        feedforward: int = 1024,
        heads: int = 8,
        decoder_layers: int = 6,
        queries: int = 300,
        denoising: int = 100,
        expansion: float = 1.0,
    ) -> None:
        super().__init__()
        library = _library()
        if hidden % heads or len(depths) != 4 or len(channels) != 4 or decoder_layers < 2:
            raise BadConfiguration(
                "The transformer detector cannot be built.",
                found=f"hidden {hidden}, heads {heads}, {len(depths)} depths, "
                f"{len(channels)} channels, decoder_layers {decoder_layers}",
                needed="heads that divide hidden, four depths and channels, two decoder layers",
                mend="correct network.parameters in the recipe.",
            )
        backbone = library.RTDetrResNetConfig(
            num_channels=inputs,
            embedding_size=stem,
            hidden_sizes=list(channels),
            depths=list(depths),
            layer_type=block,
            out_features=["stage2", "stage3", "stage4"],
        )
        values = {
            "num_labels": classes,
            "backbone_config": backbone,
            "encoder_in_channels": list(channels[1:]),
            "decoder_layers": decoder_layers,
            "num_queries": queries,
            "num_denoising": denoising,
            "hidden_expansion": expansion,
            **_widths(hidden, feedforward, heads),
        }
        # Trained from nothing, so that the backbone's normalisation must learn as well.
        config = library.RTDetrV2Config(freeze_backbone_batch_norms=False, **values)
        self.classes = classes
        self.network: nn.Module = library.RTDetrV2ForObjectDetection(config)

    def loss(self, image: Tensor, targets: Targets) -> Tensor:
        """Gives the library's loss: varifocal, L1 and GIoU after Hungarian matching.

        Args:
            image: (batch, inputs, row, column) in 0 to 1.
            targets: Reference boxes of the batch.
        """
        result: Tensor = self.network(pixel_values=image, labels=labels_of(image, targets)).loss
        return result

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Gives (batch, query, 4) boxes in pixels and (batch, query, class) scores.

        They stand in the order of the places that the queries began at, and not of the
        encoder's scores, which are often so close that two runtimes order them otherwise.
        """
        told = self.network(pixel_values=image)
        order = _key(told.init_reference_points).argsort(dim=1)[..., None]
        column, row, width, height = _taken(told.pred_boxes, order).unbind(dim=-1)
        rows, columns = image.shape[2:]
        boxes = torch.stack(
            [
                (row - height / 2) * rows,
                (column - width / 2) * columns,
                (row + height / 2) * rows,
                (column + width / 2) * columns,
            ],
            dim=-1,
        )
        return boxes, _taken(told.logits, order).sigmoid()

    @torch.no_grad()
    def closest(self, image: Tensor) -> Tensor:
        """Gives by how little the choice and the order of an image's queries are decided.

        Args:
            image: (batch, inputs, row, column).

        Returns:
            (batch,) least difference between keys in order, and between the encoder's
            scores of the last query chosen and of the first that was not.
        """
        told = self.network(pixel_values=image)
        between = _key(told.init_reference_points).sort(dim=1).values.diff(dim=1).amin(dim=1)
        scores = told.enc_outputs_class.amax(dim=-1).sort(dim=1, descending=True).values
        count = told.logits.shape[1]
        if count == scores.shape[1]:
            return between
        return torch.minimum(between, scores[:, count - 1] - scores[:, count])


def clear_example(network: TransformerDetector, shape: tuple[int, int, int]) -> Tensor:
    """Gives an image on which no rounding decides which queries are chosen, or their order.

    Of random images, the one on which it is decided by the most.

    Args:
        network: In evaluation mode.
        shape: (channel, row, column) of an image.
    """
    rng = torch.Generator().manual_seed(1)
    images = torch.rand(CANDIDATES, *shape, generator=rng)
    clear = torch.cat([network.closest(image[None]) for image in images])
    return images[clear.topk(1).indices]


@contextmanager
def without_checks() -> Iterator[None]:
    """Keeps the library from writing checks of shapes into a network that is exported.

    ONNX has no operator for them.
    """
    before = os.environ.get(CHECKS)
    os.environ[CHECKS] = "1"
    try:
        yield
    finally:
        os.environ.pop(CHECKS)
        if before is not None:
            os.environ[CHECKS] = before


def _widths(hidden: int, feedforward: int, heads: int) -> dict[str, Any]:
    """Gives the widths of encoder and decoder, which are alike."""
    return {
        "d_model": hidden,
        "encoder_hidden_dim": hidden,
        "decoder_in_channels": [hidden] * 3,
        "encoder_ffn_dim": feedforward,
        "decoder_ffn_dim": feedforward,
        "encoder_attention_heads": heads,
        "decoder_attention_heads": heads,
    }


def _key(reference: Tensor) -> Tensor:
    """Gives one number a query, by where it begins."""
    place = reference.sigmoid()
    return place[..., 1] + GOLDEN * place[..., 0]


def _taken(values: Tensor, order: Tensor) -> Tensor:
    return values.gather(1, order.expand(-1, -1, values.shape[-1]))


def labels_of(image: Tensor, targets: Targets) -> list[dict[str, Tensor]]:
    """Gives reference boxes as the library takes them, one an image.

    Args:
        image: (batch, channel, row, column), of which the size alone is read.
        targets: Reference boxes of the batch.

    Returns:
        ``class_labels`` and ``boxes``, the latter as centre and size, column first, in
        shares of the image; a box of two classes stands twice.
    """
    rows, columns = image.shape[2:]
    size = targets.boxes.new_tensor([columns, rows, columns, rows])
    found = []
    for boxes, labels, state in zip(targets.boxes, targets.labels, targets.state, strict=True):
        place, shown = torch.nonzero((labels > 0) & (state == COUNTED)[:, None], as_tuple=True)
        row0, column0, row1, column1 = boxes[place].unbind(dim=-1)
        centred = [(column0 + column1) / 2, (row0 + row1) / 2, column1 - column0, row1 - row0]
        found.append({"class_labels": shown, "boxes": torch.stack(centred, dim=-1) / size})
    return found


def _library() -> Any:
    try:
        return import_module("transformers")
    except ImportError as error:
        raise MissingExtra("detect", "A detector of the transformers library") from error
