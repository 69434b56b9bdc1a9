"""Opening what a user names, safely: folders, zips, single files and mixtures of them."""

from condyle.sources.files import SourceFile
from condyle.sources.limits import DEFAULT_LIMITS, Limits
from condyle.sources.tree import SourceTree, open

__all__ = ["DEFAULT_LIMITS", "Limits", "SourceFile", "SourceTree", "open"]
