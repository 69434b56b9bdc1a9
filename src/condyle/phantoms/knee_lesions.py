"""Which lesions a knee has: asked for, or drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from condyle.errors import UsageError

ABNORMAL, ACL_TEAR, MENISCAL_TEAR = "knee-abnormality", "acl-tear", "meniscal-tear"
ACL_INJURY, STRAIN, STRAIN_GRADE = "acl-injury", "muscle-strain", "muscle-strain-grade"

TearKind = Literal["horizontal", "vertical", "bucket-handle"]
KINDS: tuple[TearKind, ...] = ("horizontal", "vertical", "bucket-handle")


@dataclass(frozen=True)
class MeniscalTear:
    """A tear of one meniscus.

    Attributes:
        medial: Which of the two.
        kind: ``"horizontal"`` splits it into an upper and a lower leaf, ``"vertical"`` runs
            along its circumference through its height, ``"bucket-handle"`` is a long
            vertical one whose inner part lies in the notch.
        place: Where its middle lies: 1 in the back horn, 0 in the body, -1 in the front.
    """

    medial: bool = True
    kind: TearKind = "horizontal"
    place: float = 0.8


@dataclass(frozen=True)
class KneeLesions:
    """The lesions of one knee; by default none.

    Attributes:
        acl: 0 intact, 1 partial, 2 complete rupture of the anterior cruciate ligament.
        tears: Meniscal tears, at most one a meniscus.
        strain: Grade of a strain of the medial gastrocnemius, 0 to 3: oedema, a partial
            tear with fluid, a complete one with a haematoma.
        bruise: Whether an injury of the ligament came with the bruises of a pivot shift: in
            the lateral femoral condyle and at the back of the lateral plateau.
    """

    acl: int = 0
    tears: tuple[MeniscalTear, ...] = ()
    strain: int = 0
    bruise: bool = False

    @property
    def labels(self) -> dict[str, int]:
        """Label of the study to its value."""
        return {
            ABNORMAL: int(bool(self.acl or self.tears or self.strain or self.bruise)),
            ACL_TEAR: int(self.acl > 0),
            MENISCAL_TEAR: int(bool(self.tears)),
            ACL_INJURY: self.acl,
            STRAIN: int(self.strain > 0),
            STRAIN_GRADE: self.strain,
        }


def check_lesions(lesions: KneeLesions) -> None:
    """Refuses lesions that do not exist.

    Raises:
        UsageError: A grade or a kind that does not exist, or two tears of one meniscus.
    """
    faults = []
    if lesions.acl not in (0, 1, 2):
        faults.append(f"ACL injury {lesions.acl}")
    if lesions.strain not in (0, 1, 2, 3):
        faults.append(f"strain of grade {lesions.strain}")
    faults += [f"tear {tear.kind!r}" for tear in lesions.tears if tear.kind not in KINDS]
    faults += [f"tear at {tear.place}" for tear in lesions.tears if not -1.0 <= tear.place <= 1.0]
    if len({tear.medial for tear in lesions.tears}) < len(lesions.tears):
        faults.append("two tears of one meniscus")
    if faults:
        raise UsageError(
            "This knee cannot be simulated.",
            found=", ".join(faults),
            needed=f"an ACL injury of 0 to 2, a strain of 0 to 3, tears among {', '.join(KINDS)} "
            "at -1 to 1, one a meniscus",
            mend="give lesions within these ranges.",
        )


def draw_lesions(rng: np.random.Generator, prevalence: Mapping[str, float]) -> KneeLesions:
    """Draws the lesions of a knee; as many numbers whatever they give.

    Two thirds of ruptures are complete and four in five complete ones come with bruises;
    two thirds of tears are medial, half of them horizontal, and most lie in the back horn.
    These shares are approximations.

    Args:
        rng: Source of randomness.
        prevalence: Share of knees with ``"acl-tear"``, ``"meniscal-tear"``, ``"muscle-strain"``.
    """
    (has_acl, whole, bruise, has_tear, side, both, strain, grade, *more) = rng.random(12)
    acl = 0
    if has_acl < prevalence[ACL_TEAR]:
        acl = 2 if whole < 2.0 / 3.0 else 1
    tears: list[MeniscalTear] = []
    if has_tear < prevalence[MENISCAL_TEAR]:
        medial = bool(side < 2.0 / 3.0)
        tears.append(MeniscalTear(medial, _kind(more[0]), 0.45 + 0.5 * float(more[1])))
        if both < 0.15:
            tears.append(MeniscalTear(not medial, _kind(more[2]), 0.45 + 0.5 * float(more[3])))
    return KneeLesions(
        acl=acl,
        tears=tuple(tears),
        strain=1 + min(int(3 * grade), 2) if strain < prevalence[STRAIN] else 0,
        bruise=bool(bruise < (0.0, 0.35, 0.8)[acl]),
    )


def _kind(share: float) -> TearKind:
    return KINDS[0] if share < 0.5 else KINDS[1] if share < 0.8 else KINDS[2]
