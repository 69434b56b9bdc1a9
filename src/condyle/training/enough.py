"""Whether a fit has anything to learn from, and anything to be stopped by."""

from __future__ import annotations

from collections.abc import Sized

from condyle.errors import DatasetError


def require_both(stage: str, *, taught: Sized, checked: Sized) -> None:
    """Checks that a fit has items on both sides that it is given.

    Args:
        stage: Name of the fit.
        taught: Items to learn from.
        checked: Items of the validation patients.

    Raises:
        DatasetError: One of the sides is empty.
    """
    empty = [name for name, side in (("train", taught), ("validation", checked)) if not len(side)]
    if empty:
        raise DatasetError(
            f"The fit '{stage}' cannot be run.",
            found=f"no image that the recipe takes of any patient in '{empty[0]}'",
            needed="images with their reference of patients to learn from, and of others",
            mend="add such patients, or choose another data.split or seed.",
        )
