"""Published weights: which keys and shapes they have, and how they come into a network."""

from condyle.training.weights.load import LoadedWeights, load_weights
from condyle.training.weights.settle import settle_normalisation

__all__ = ["LoadedWeights", "load_weights", "settle_normalisation"]
