"""What the tissues of a joint are to the scanner, with sources.

Sources, by the key used in ``TissueProperties.source``:

- ``gold``: Gold et al., AJR 183:343 (2004), doi 10.2214/ajr.183.2.1830343: cartilage,
  synovial fluid and yellow marrow of the knee at 1.5 and 3 T (T1 and T2).
- ``rauscher``: Rauscher et al., Radiology 249:591 (2008), doi 10.1148/radiol.2492071870:
  T2 of the meniscus at 3 T, 11.4 ms in healthy people and 16.6 ms in severe
  osteoarthritis. T1 of about 600 ms is that of one knee in PMC7016502.
- ``welsch``: Welsch et al., Skeletal Radiology 37:519 (2008),
  doi 10.1007/s00256-008-0474-z: T2 of the cartilage of the ankle at 3 T, about 54 ms.
- ``approximation``: no measurement was found for the tissue, or it is so variable that
  none would hold; the value is that of the nearest measured tissue, as said beside it.

Proton densities are approximations throughout, from the share of water of the tissue
(cartilage 70 to 80 %, meniscus and tendon 60 to 70 %); that of yellow marrow is that of fat
less the seventh of its volume that trabeculae take. T2* is an approximation where it
stands; where it does not, ``tissue_table`` estimates it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from condyle.phantoms.tissue_names import Tissue, TissueProperties

_COMMON: dict[Tissue, TissueProperties] = {
    # Nothing that a scanner sees; what it does to its surroundings is an artefact.
    Tissue.METAL: TissueProperties(0.0, 1000.0, 1.0, "no protons", 0.0),
    # The cruciates are less dense than other ligaments and have fat between their bundles.
    Tissue.CRUCIATE: TissueProperties(0.65, 800.0, 20.0, "approximation", 0.12, 0.0, 12.0),
    # As muscle, swollen: water comes between the fibres.
    Tissue.TORN_LIGAMENT: TissueProperties(0.85, 1200.0, 60.0, "approximation", 0.18),
    # Water bound to parallel collagen; T2 of a few ms, T2* of about 2.
    Tissue.TENDON: TissueProperties(0.60, 600.0, 5.0, "approximation", 0.05, 0.0, 2.0),
    # Between tendon and muscle.
    Tissue.DEGENERATE_TENDON: TissueProperties(0.72, 850.0, 25.0, "approximation", 0.10, 0.0, 14.0),
    # A cleft of fibrocartilage that joint fluid has entered.
    Tissue.TORN_MENISCUS: TissueProperties(0.85, 1500.0, 80.0, "approximation", 0.10),
    # Dense trabeculae with little marrow between.
    Tissue.SCLEROSIS: TissueProperties(0.35, 500.0, 25.0, "approximation", 0.10, 0.3, 4.0),
}

_LOW: dict[Tissue, TissueProperties] = {
    Tissue.YELLOW_MARROW: TissueProperties(0.80, 288.0, 165.0, "gold", 0.06, 0.88, 16.0),
    Tissue.CARTILAGE: TissueProperties(0.75, 1060.0, 42.1, "gold", 0.05),
    Tissue.TALAR_CARTILAGE: TissueProperties(0.75, 1060.0, 58.0, "welsch, gold", 0.05),
    # Softened cartilage holds more water.
    Tissue.DEGENERATE_CARTILAGE: TissueProperties(0.82, 1200.0, 62.0, "approximation", 0.12),
    Tissue.MENISCUS: TissueProperties(0.62, 600.0, 12.5, "rauscher", 0.06, 0.0, 8.0),
    Tissue.DEGENERATE_MENISCUS: TissueProperties(0.68, 650.0, 18.0, "rauscher", 0.10, 0.0, 12.0),
    Tissue.JOINT_FLUID: TissueProperties(0.98, 2850.0, 1210.0, "gold", 0.03),
    # As muscle, but loose and with many vessels.
    Tissue.SYNOVIUM: TissueProperties(0.85, 1000.0, 60.0, "approximation", 0.12),
    # Yellow marrow two thirds of whose fat gave way to water.
    Tissue.MARROW_OEDEMA: TissueProperties(0.88, 900.0, 95.0, "approximation", 0.08, 0.30, 30.0),
    # Muscle with water between the fibres.
    Tissue.MUSCLE_OEDEMA: TissueProperties(0.90, 1350.0, 80.0, "approximation", 0.12),
    Tissue.HAEMATOMA: TissueProperties(0.90, 900.0, 110.0, "approximation", 0.20, 0.0, 40.0),
    # Joint fluid with protein.
    Tissue.CYST: TissueProperties(0.97, 2500.0, 600.0, "approximation", 0.03),
}

_HIGH: dict[Tissue, TissueProperties] = {
    Tissue.YELLOW_MARROW: TissueProperties(0.80, 365.0, 133.0, "gold", 0.06, 0.88, 9.0),
    Tissue.CARTILAGE: TissueProperties(0.75, 1240.0, 36.9, "gold", 0.05),
    Tissue.TALAR_CARTILAGE: TissueProperties(0.75, 1240.0, 54.0, "welsch, gold", 0.05),
    Tissue.DEGENERATE_CARTILAGE: TissueProperties(0.82, 1380.0, 58.0, "approximation", 0.12),
    Tissue.MENISCUS: TissueProperties(0.62, 650.0, 11.4, "rauscher", 0.06, 0.0, 6.0),
    Tissue.DEGENERATE_MENISCUS: TissueProperties(0.68, 700.0, 16.6, "rauscher", 0.10, 0.0, 9.0),
    Tissue.JOINT_FLUID: TissueProperties(0.98, 3620.0, 767.0, "gold", 0.03),
    Tissue.SYNOVIUM: TissueProperties(0.85, 1200.0, 55.0, "approximation", 0.12),
    Tissue.MARROW_OEDEMA: TissueProperties(0.88, 1050.0, 85.0, "approximation", 0.08, 0.30, 20.0),
    Tissue.MUSCLE_OEDEMA: TissueProperties(0.90, 1650.0, 72.0, "approximation", 0.12),
    Tissue.HAEMATOMA: TissueProperties(0.90, 1050.0, 95.0, "approximation", 0.20, 0.0, 25.0),
    Tissue.CYST: TissueProperties(0.97, 3100.0, 450.0, "approximation", 0.03),
}

JOINT_TISSUES: Mapping[float, Mapping[Tissue, TissueProperties]] = MappingProxyType(
    {1.5: MappingProxyType(_COMMON | _LOW), 3.0: MappingProxyType(_COMMON | _HIGH)}
)
"""Field strength in tesla to the properties of each tissue of a joint."""
