"""What each tissue is to the scanner: proton density, T1 and T2, with sources.

Sources, by the key used in ``TissueProperties.source``:

- ``drake``: Drake-Perez et al., AJNR 39:788 (2018), synthetic MR of the spine
  (PMC7410772): cerebrospinal fluid, cord, discs by hydration, vertebral body. Its
  proton densities, in per cent of water, are used here as fractions.
- ``gold``: Gold et al., AJR 183:343 (2004), doi 10.2214/ajr.183.2.1830343: muscle,
  subcutaneous fat and fluid at 1.5 and 3 T.
- ``stanisz``: Stanisz et al., Magn Reson Med 54:507 (2005), doi 10.1002/mrm.20605:
  blood and liver at 1.5 and 3 T.
- ``bazelaire``: de Bazelaire et al., Radiology 230:652 (2004),
  doi 10.1148/radiol.2303021331: marrow of L4, liver, myometrium at 1.5 and 3 T.
- ``marinelli``: Marinelli et al., AJNR 31:1278 (2010), doi 10.3174/ajnr.A2080: mean T2
  of the centre of lumbar discs, 108 ms at Pfirrmann grade II and 53 ms at grade IV.
- ``grades``: T2 maps of 479 lumbar discs of 100 patients, European Congress of
  Radiology poster: nucleus 210, 129, 84, 51 ms at Pfirrmann grades I to IV, anterior
  annulus 55, 50, 45, 37 ms, posterior 62, 54, 48, 40 ms.
- ``bone``: Techawiboonwong et al., Radiology 248:824 (2008),
  doi 10.1148/radiol.2482071995: water of cortical bone.
- ``approximation``: no measurement was found for the tissue, or it is so variable that
  none would hold; the value is that of the nearest measured tissue, as said beside it.

The share of fat in subcutaneous fat, vertebral marrow and loose tissue is an approximation;
about half of the signal of an adult's vertebral marrow comes from fat.

T1 of marrow, cord, disc and cerebrospinal fluid at 3 T, and T2 of all of them, are the
1.5 T values where no pair of measurements was found: the spread between studies is then
larger than the change with field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from condyle.errors import UsageError
from condyle.phantoms.joint_tissues import JOINT_TISSUES
from condyle.phantoms.tissue_names import Tissue as Tissue
from condyle.phantoms.tissue_names import TissueProperties as TissueProperties

_COMMON: dict[Tissue, TissueProperties] = {
    Tissue.AIR: TissueProperties(0.0, 1000.0, 100.0, "no protons", 0.0),
    Tissue.CSF: TissueProperties(1.075, 4273.0, 1578.0, "drake", 0.03),
    Tissue.CORD: TissueProperties(0.587, 780.0, 102.0, "drake", 0.03),
    Tissue.CORTEX: TissueProperties(0.20, 200.0, 0.5, "bone", 0.0),
    # As muscle water bound to collagen: tendon and ligament have T2 of a few ms.
    Tissue.LIGAMENT: TissueProperties(0.60, 600.0, 8.0, "approximation", 0.05),
    # Elastic, four fifths elastin: between tendon and muscle.
    Tissue.FLAVUM: TissueProperties(0.70, 900.0, 28.0, "approximation", 0.05),
    # Dermis, between ligament and muscle.
    Tissue.SKIN: TissueProperties(0.70, 900.0, 28.0, "approximation", 0.05),
    # Blood leaves the slice between excitation and echo, so nearly nothing is left of it.
    Tissue.FLOWING_BLOOD: TissueProperties(0.04, 1441.0, 290.0, "approximation", 0.3),
    # Bowel contents vary from water to paste.
    Tissue.BOWEL_FLUID: TissueProperties(0.95, 2500.0, 250.0, "approximation", 0.10),
    Tissue.BOWEL_SOLID: TissueProperties(0.70, 700.0, 45.0, "approximation", 0.20),
    # Interspinous ligament and loose tissue, a mixture of fat and collagen.
    Tissue.CONNECTIVE: TissueProperties(0.75, 500.0, 55.0, "approximation", 0.15, 0.4),
    # Cartilage endplate with its bony plate: mostly calcified, short T2.
    Tissue.ENDPLATE: TissueProperties(0.35, 500.0, 8.0, "approximation", 0.0),
}

_BY_FIELD: dict[float, dict[Tissue, TissueProperties]] = {
    1.5: {
        Tissue.FAT: TissueProperties(0.92, 288.0, 165.0, "gold", 0.06, 0.95),
        Tissue.MUSCLE: TissueProperties(0.80, 1130.0, 35.0, "gold", 0.10),
        Tissue.MARROW: TissueProperties(0.911, 515.0, 101.0, "drake", 0.07, 0.45),
        Tissue.VENOUS_BLOOD: TissueProperties(0.85, 1441.0, 290.0, "stanisz", 0.10),
        Tissue.LIVER: TissueProperties(0.75, 576.0, 46.0, "stanisz", 0.05),
        Tissue.BOWEL_WALL: TissueProperties(0.80, 1000.0, 60.0, "approximation", 0.10),
    },
    3.0: {
        Tissue.FAT: TissueProperties(0.92, 371.0, 133.0, "gold", 0.06, 0.95),
        Tissue.MUSCLE: TissueProperties(0.80, 1420.0, 32.0, "gold", 0.10),
        Tissue.MARROW: TissueProperties(0.911, 586.0, 101.0, "bazelaire, drake", 0.07, 0.45),
        Tissue.VENOUS_BLOOD: TissueProperties(0.85, 1932.0, 275.0, "stanisz", 0.10),
        Tissue.LIVER: TissueProperties(0.75, 812.0, 42.0, "stanisz", 0.05),
        Tissue.BOWEL_WALL: TissueProperties(0.80, 1200.0, 55.0, "approximation", 0.10),
    },
}

# (proton density, T1, T2) of nucleus and annulus at each Pfirrmann grade. Proton density
# and T1 follow the hydration classes of ``drake`` (normal for I and II, intermediate for
# III, desiccated for IV and V), T2 follows ``grades``; grade V is extrapolated.
_NUCLEUS: dict[int, tuple[float, float, float]] = {
    1: (0.789, 1165.0, 210.0),
    2: (0.789, 1165.0, 129.0),
    3: (0.608, 723.0, 84.0),
    4: (0.476, 554.0, 51.0),
    5: (0.476, 554.0, 40.0),
}
_ANNULUS: dict[int, tuple[float, float, float]] = {
    1: (0.608, 723.0, 58.0),
    2: (0.608, 723.0, 52.0),
    3: (0.542, 640.0, 47.0),
    4: (0.476, 554.0, 38.0),
    5: (0.476, 554.0, 36.0),
}
SHELLS = 4
_T2_PRIME_MS = 60.0


def disc_tissue(grade: int, shell: int) -> Tissue:
    """Gives the tissue of a disc's shell.

    Args:
        grade: Pfirrmann grade, 1 to 5.
        shell: 0 for the annulus to 3 for the core of the nucleus.

    Raises:
        UsageError: The grade or the shell does not exist.
    """
    if grade not in _NUCLEUS or not 0 <= shell < SHELLS:
        raise UsageError(
            "There is no such disc tissue.",
            found=f"grade {grade}, shell {shell}",
            needed=f"a Pfirrmann grade of 1 to 5 and a shell of 0 to {SHELLS - 1}",
            mend="give a grade and a shell within these ranges.",
        )
    return Tissue(int(Tissue.DISC_1_0) + SHELLS * (grade - 1) + shell)


def _disc_properties(grade: int, shell: int) -> TissueProperties:
    weight = shell / (SHELLS - 1)
    density, t1, t2 = (
        outer ** (1.0 - weight) * inner**weight
        for outer, inner in zip(_ANNULUS[grade], _NUCLEUS[grade], strict=True)
    )
    return TissueProperties(density, t1, t2, "drake, grades", 0.04)


def tissue_table(field_t: float = 1.5) -> Mapping[Tissue, TissueProperties]:
    """Gives the properties of every tissue at a field strength.

    Args:
        field_t: 1.5 or 3.0, in tesla.

    Raises:
        UsageError: There are no values for that field strength.
    """
    if field_t not in _BY_FIELD:
        raise UsageError(
            "There are no tissue values for this field strength.",
            found=f"{field_t} T",
            needed="one of: " + ", ".join(f"{field} T" for field in sorted(_BY_FIELD)),
            mend="choose one of these field strengths.",
        )
    discs = {
        disc_tissue(grade, shell): _disc_properties(grade, shell)
        for grade in _NUCLEUS
        for shell in range(SHELLS)
    }
    rows = {**_COMMON, **_BY_FIELD[field_t], **discs, **JOINT_TISSUES[field_t]}
    return MappingProxyType({tissue: _with_t2_star(row, field_t) for tissue, row in rows.items()})


def _with_t2_star(row: TissueProperties, field_t: float) -> TissueProperties:
    """Estimates T2* where no value stands, from 1/T2* = 1/T2 + 1/T2'.

    T2' is that of a well shimmed soft tissue, about 60 ms at 1.5 T, and is inversely
    proportional to the field; an approximation.
    """
    if row.t2_star_ms is not None:
        return row
    return replace(row, t2_star_ms=1.0 / (1.0 / row.t2_ms + field_t / (1.5 * _T2_PRIME_MS)))
