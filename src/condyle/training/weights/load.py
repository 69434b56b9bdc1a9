"""Putting published or earlier weights into a network, and saying what was put where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor, nn

from condyle.errors import BadConfiguration
from condyle.training.networks.normalisation import GreyInput
from condyle.training.weights.fitting import Fitted, fit_state
from condyle.training.weights.sources import read_weights

HEADS = ("fc.", "classifier.", "_fc.", "last.", "head.")
"""How the keys begin of what reads the classes from the features."""

LEAST_SHARE = 0.5
"""Share of the encoder's parameters under which weights are not this network's."""


@dataclass(frozen=True)
class LoadedWeights:
    """What was put into a network, and what was not; keys are the network's own.

    Attributes:
        source: The weights, in words.
        loaded: Keys that were loaded.
        missing: Keys that the weights do not have; they stay at random.
        unexpected: Keys of the weights that the network has no place for.
        reshaped: Those of ``loaded`` whose value had another shape: a first convolution for
            another number of channels, a 1 x 1 convolution as a linear layer.
        skipped: Keys whose value does not fit, as of a head for other classes.
        share: Of the parameters of the part that was fitted, its head left out, those that
            were loaded, 0 to 1.
        folded: Names of the network's normalisations that an export had folded away, which
            ``settle_normalisation`` settles before training.
    """

    source: str
    loaded: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    reshaped: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    share: float = 0.0
    folded: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Says it for the run's record."""
        if not self.loaded:
            return "No weights were loaded: the network begins at random."
        parts = [f"{len(self.loaded)} keys loaded, {self.share:.1%} of the encoder's parameters"]
        if self.reshaped:
            parts.append("adapted to another shape: " + few(self.reshaped))
        if self.skipped:
            parts.append("not loaded, as the shape differs: " + few(self.skipped))
        if self.missing:
            parts.append("begins at random: " + few(self.missing))
        if self.unexpected:
            parts.append("not used: " + few(self.unexpected))
        if self.folded:
            parts.append(f"{len(self.folded)} normalisations had been folded by the export")
        return f"Weights from {self.source}: " + "; ".join(parts) + "."


def load_weights(network: nn.Module, source: str) -> LoadedWeights:
    """Puts weights into a network, into the whole of it or its encoder, by name and shape.

    Args:
        network: Changed in place, unless it is refused.
        source: ``none``, or what ``read_weights`` reads.

    Raises:
        BadConfiguration: If under half of the encoder's parameters have their value there,
            or the file cannot be used.
        UnknownName: If there is no such source.
        MissingExtra: If it needs a package that is not installed.
        BundleError: If it is a bundle that cannot be opened.
    """
    if source == "none":
        return LoadedWeights("none")
    weights = read_weights(source)
    prefix, part, fitted = _best(network, weights.state)
    share = _share(part, fitted)
    if share < LEAST_SHARE:
        raise BadConfiguration(
            "The weights are not of this network.",
            found=f"{weights.words}: {len(fitted.values)} of {len(part.state_dict())} keys fit, "
            f"{share:.0%} of the encoder's parameters; {len(fitted.skipped)} by name alone",
            needed=f"at least {LEAST_SHARE:.0%} of them, by name and shape",
            mend="give --weights of the same network, or none.",
        )
    part.load_state_dict({**part.state_dict(), **fitted.values})
    left = part.state_dict().keys() - fitted.values.keys() - set(fitted.skipped)
    whole = network.state_dict().keys()
    return LoadedWeights(
        source=weights.words,
        loaded=tuple(prefix + key for key in fitted.values),
        missing=tuple(
            key
            for key in whole
            if not key.endswith(".num_batches_tracked")
            and (not key.startswith(prefix) or key.removeprefix(prefix) in left)
        ),
        unexpected=fitted.unexpected,
        reshaped=tuple(prefix + key for key in fitted.reshaped),
        skipped=tuple(prefix + key for key in fitted.skipped),
        share=share,
        folded=tuple(prefix + name for name in fitted.folded),
    )


def few(keys: tuple[str, ...]) -> str:
    """Gives at most four keys, and the number of the others."""
    named = ", ".join(keys[:4])
    return named if len(keys) <= 4 else f"{named} and {len(keys) - 4} more"


def _best(network: nn.Module, state: Mapping[str, Tensor]) -> tuple[str, nn.Module, Fitted]:
    """Fits the whole network and each encoder within it, and gives what took the most."""
    parts = [
        (f"{name}." if name else "", part)
        for name, part in network.named_modules()
        if not name or hasattr(part, "published")
    ]
    if isinstance(network, GreyInput):
        parts.append(("network.", network.network))
    fitted = [(prefix, part, fit_state(state, part)) for prefix, part in parts]
    return max(fitted, key=lambda item: len(item[2].values))


def _share(part: nn.Module, fitted: Fitted) -> float:
    sizes = {
        key: value.numel() for key, value in part.named_parameters() if not key.startswith(HEADS)
    }
    loaded = sum(size for key, size in sizes.items() if key in fitted.values)
    return loaded / max(1, sum(sizes.values()))
