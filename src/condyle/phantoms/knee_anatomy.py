"""One person's structures: what is fixed before any plane is painted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from condyle.phantoms.knee_bones import PIVOT, femur_distance
from condyle.phantoms.knee_person import KneePerson
from condyle.phantoms.knee_structures import KneeStructure
from condyle.phantoms.limb_space import Column, Cord, Distance, Points, bezier, blend, column

_THIGH: dict[str, Column] = {
    "vastus medialis": column(
        z=(30.0, 38.0, 48.0, 60.0, 80.0, 120.0),
        u=(-35.0, -35.0, -33.5, -31.0, -28.0, -26.0),
        y=(-27.0, -28.0, -29.0, -29.0, -28.0, -26.0),
        width=(2.0, 6.0, 11.0, 15.0, 19.0, 22.0),
        depth=(3.0, 9.0, 16.0, 20.0, 22.0, 24.0),
        turn=0.5,
    ),
    "vastus lateralis": column(
        z=(46.0, 54.0, 62.0, 80.0, 120.0),
        u=(28.0, 27.0, 25.0, 24.0, 22.0),
        y=(-18.0, -17.0, -15.0, -14.0, -14.0),
        width=(2.0, 5.0, 9.0, 14.0, 20.0),
        depth=(4.0, 9.0, 13.0, 19.0, 24.0),
        turn=-0.4,
    ),
    "vastus intermedius": column(
        z=(66.0, 74.0, 90.0, 120.0),
        u=(-1.0, -1.0, -1.0, 0.0),
        y=(-38.0, -39.0, -40.0, -40.0),
        width=(8.0, 15.0, 20.0, 24.0),
        depth=(1.5, 3.5, 6.0, 10.0),
    ),
    "biceps femoris": column(
        z=(-6.0, 4.0, 12.0, 28.0, 44.0, 60.0, 80.0, 120.0),
        u=(35.5, 34.5, 33.0, 30.0, 26.0, 22.0, 17.0, 12.0),
        y=(30.0, 28.0, 26.5, 25.5, 25.0, 24.0, 24.0, 25.0),
        width=(1.5, 3.0, 4.5, 7.5, 9.0, 10.5, 12.0, 14.0),
        depth=(2.0, 4.5, 7.0, 10.5, 12.5, 13.5, 15.0, 16.0),
    ),
    "semimembranosus": column(
        z=(-8.0, 4.0, 14.0, 28.0, 44.0, 60.0, 80.0, 120.0),
        u=(-36.0, -36.5, -34.5, -30.0, -25.5, -22.0, -19.0, -16.0),
        y=(18.0, 24.0, 27.0, 29.0, 28.0, 26.0, 24.0, 24.0),
        width=(2.5, 3.5, 6.5, 12.0, 16.5, 19.0, 20.0, 20.0),
        depth=(2.0, 4.0, 5.0, 7.5, 10.5, 13.5, 16.0, 18.0),
    ),
    "sartorius": column(
        z=(-30.0, -14.0, 4.0, 20.0, 44.0, 68.0, 120.0),
        u=(-32.0, -38.0, -45.0, -47.5, -47.0, -46.0, -42.0),
        y=(-9.0, -4.0, 4.0, 8.0, 9.0, 8.0, 2.0),
        width=(1.2, 1.5, 2.0, 3.2, 5.0, 5.5, 6.0),
        depth=(4.0, 6.0, 9.0, 10.0, 11.0, 11.5, 12.0),
        turn=0.15,
    ),
    "gracilis": column(
        z=(-30.0, 10.0, 50.0, 120.0),
        u=(-33.0, -43.0, -42.0, -40.0),
        y=(0.0, 19.0, 23.0, 22.0),
        width=(1.5, 2.0, 4.0, 6.0),
        depth=(1.5, 2.2, 5.0, 8.0),
    ),
    "semitendinosus": column(
        z=(-30.0, 10.0, 45.0, 60.0, 120.0),
        u=(-30.0, -31.0, -24.0, -21.0, -16.0),
        y=(2.0, 35.0, 40.0, 40.0, 40.0),
        width=(1.6, 1.9, 2.6, 5.0, 12.0),
        depth=(1.6, 1.9, 2.2, 3.5, 7.0),
    ),
}
_CALF: dict[str, Column] = {
    "medial gastrocnemius": column(
        z=(-120.0, -75.0, -36.0, -20.0, 4.0, 20.0, 30.0, 37.0),
        u=(-22.0, -22.0, -21.0, -19.5, -15.0, -14.0, -15.0, -17.0),
        y=(28.0, 29.0, 30.5, 33.5, 34.0, 28.5, 21.0, 14.5),
        width=(18.0, 19.5, 18.5, 17.5, 14.5, 10.5, 8.0, 5.0),
        depth=(19.0, 20.0, 19.0, 16.5, 13.0, 9.5, 6.0, 3.0),
        turn=0.25,
    ),
    "lateral gastrocnemius": column(
        z=(-120.0, -75.0, -36.0, -20.0, 4.0, 20.0, 28.0, 35.0),
        u=(15.0, 14.0, 13.0, 13.5, 16.0, 15.0, 14.5, 14.5),
        y=(39.0, 40.0, 41.0, 41.0, 36.5, 32.0, 26.0, 20.0),
        width=(20.0, 20.5, 19.5, 17.5, 15.0, 10.5, 7.0, 4.0),
        depth=(13.0, 13.0, 11.0, 10.0, 8.5, 7.0, 4.0, 2.5),
        turn=-0.15,
    ),
    "popliteus": column(
        z=(-70.0, -40.0, -22.0, -8.0, 2.0),
        u=(-8.0, -2.0, 8.0, 22.0, 31.0),
        y=(15.0, 18.5, 23.0, 27.0, 25.0),
        width=(6.0, 17.0, 18.0, 9.0, 3.0),
        depth=(2.5, 4.5, 5.0, 4.0, 2.5),
        turn=-0.15,
    ),
    "soleus": column(
        z=(-120.0, -75.0, -50.0, -32.0),
        u=(6.0, 10.0, 22.0, 30.0),
        y=(25.0, 28.0, 29.0, 30.0),
        width=(24.0, 22.0, 14.0, 4.0),
        depth=(9.0, 8.0, 6.0, 3.0),
    ),
    "tibialis anterior": column(
        z=(-120.0, -75.0, -45.0, -28.0),
        u=(26.0, 28.0, 30.5, 31.0),
        y=(-8.0, -5.0, -2.0, 1.0),
        width=(13.0, 11.0, 7.0, 2.0),
        depth=(12.0, 12.0, 10.0, 4.0),
        turn=0.5,
    ),
    "peroneus longus": column(
        z=(-120.0, -75.0, -45.0, -26.0),
        u=(38.0, 39.0, 42.0, 43.0),
        y=(18.0, 18.0, 17.0, 15.0),
        width=(7.0, 6.5, 4.0, 1.5),
        depth=(12.0, 11.0, 8.0, 3.0),
    ),
}
_OF: dict[str, KneeStructure] = {
    "vastus medialis": KneeStructure.QUADRICEPS,
    "vastus lateralis": KneeStructure.QUADRICEPS,
    "vastus intermedius": KneeStructure.QUADRICEPS,
    "biceps femoris": KneeStructure.HAMSTRINGS,
    "semimembranosus": KneeStructure.HAMSTRINGS,
    "semitendinosus": KneeStructure.HAMSTRINGS,
    "medial gastrocnemius": KneeStructure.MEDIAL_GASTROCNEMIUS,
    "lateral gastrocnemius": KneeStructure.LATERAL_GASTROCNEMIUS,
}
_CALF_FASCIA = column(
    z=(-130.0, -78.0, -40.0, -10.0, 10.0, 35.0),
    u=(0.0, 0.0, 0.5, -0.5, -1.0, -1.5),
    y=(9.0, 7.5, 6.0, -1.0, -4.5, -8.0),
    width=(44.0, 47.0, 49.0, 47.0, 48.5, 50.0),
    depth=(43.0, 47.0, 49.5, 51.0, 52.5, 54.0),
)
_THIGH_FASCIA = column(
    z=(-10.0, 10.0, 35.0, 60.0, 90.0, 130.0),
    u=(-0.5, -1.0, -1.5, -1.5, -1.5, -1.5),
    y=(-1.0, -4.5, -8.0, -6.0, -5.0, -5.0),
    width=(47.0, 48.5, 51.0, 53.5, 57.0, 63.0),
    depth=(51.0, 52.5, 54.0, 55.0, 58.0, 64.0),
)


@dataclass(frozen=True)
class Knee:
    """One person's structures in the frame of the plateau, mean size.

    Attributes:
        person: Whom it belongs to.
        bend: Flexion of the femur, radians.
        patella: (u, y, z) of the ridge of the patella.
        acl: Anterior cruciate ligament.
        pcl: Posterior cruciate ligament.
        thigh: Muscles that follow the femur, in its frame, by name.
        calf: Muscles that follow the tibia, by name.
        bands: Collateral ligaments and tendons by structure.
        vessels: Artery and vein.
        nerve: Tibial nerve.
    """

    person: KneePerson
    bend: float
    patella: tuple[float, float, float]
    acl: Cord
    pcl: Cord
    thigh: Mapping[str, Column]
    calf: Mapping[str, Column]
    bands: Mapping[KneeStructure, Column]
    vessels: tuple[Column, Column]
    nerve: Column

    def femoral(self, points: Points) -> Points:
        """Gives points as the femur sees them."""
        return points.bent(self.bend, PIVOT)


def fascia_distance(points: Points, knee: Knee) -> Distance:
    """Gives the distance to the fascia, within which all but skin and the fat under it lies.

    Above the joint it follows the femur, below it the tibia; the patella lifts it.
    """
    thigh = _THIGH_FASCIA.distance(knee.femoral(points))
    limb = blend(_CALF_FASCIA.distance(points), thigh, 12.0)
    u, y, z = knee.patella
    over = np.sqrt(
        ((points.u - u) / 23.0) ** 2
        + ((points.y - y + 6.0) / 16.5) ** 2
        + ((points.z - z) / 23) ** 2
    )
    return blend(limb, ((over - 1.0) * 16.5).astype(np.float32), 8.0)


def structure_of_muscle(name: str) -> KneeStructure:
    """Gives the label of a muscle."""
    return _OF.get(name, KneeStructure.OTHER_MUSCLE)


def build_knee(person: KneePerson) -> Knee:
    """Gives a person's structures."""
    bend = float(np.deg2rad(person.flexion_deg))
    patella = _seat_patella(person, bend)
    grow = person.muscle
    return Knee(
        person=person,
        bend=bend,
        patella=patella,
        acl=_acl(person, bend),
        pcl=_pcl(bend),
        thigh=MappingProxyType({name: shape.girth(grow) for name, shape in _THIGH.items()}),
        calf=MappingProxyType({name: shape.girth(grow) for name, shape in _CALF.items()}),
        bands=MappingProxyType(_bands(patella)),
        vessels=(_ARTERY, _VEIN),
        nerve=_NERVE,
    )


def on_femur(place: tuple[float, float, float], bend: float) -> NDArray[np.float64]:
    """Gives where a point of the femur lies once the knee is bent."""
    point = Points(*(np.array([value], np.float32) for value in place)).bent(-bend, PIVOT)
    return np.array([point.u[0], point.y[0], point.z[0]], dtype=np.float64)


def _acl(person: KneePerson, bend: float) -> Cord:
    foot = np.array([0.0, -8.5 + person.acl_foot, -0.5])
    head = on_femur((6.0, 12.0, 26.0), bend)
    middle = (foot + head) / 2.0 + np.array([-0.5, -1.0, 1.0])
    swell = np.array([1.30, 1.15, 1.03, 1.0, 1.0, 1.0, 1.03, 1.10, 1.2])
    return Cord(bezier(np.stack([foot, middle, head])), (person.acl_mm * swell).astype(np.float32))


def _pcl(bend: float) -> Cord:
    foot = np.array([-0.5, 23.5, -7.0])
    head = on_femur((-7.0, -1.0, 15.0), bend)
    middle = np.array([-3.5, 19.5, 10.5])
    swell = np.array([4.6, 4.4, 4.4, 4.5, 4.6, 4.7, 4.9, 5.1, 5.2])
    return Cord(bezier(np.stack([foot, middle, head])), swell.astype(np.float32))


_ARTERY = column(
    z=(-120.0, -78.0, -36.0, -12.0, 12.0, 36.0, 60.0, 120.0),
    u=(10.0, 9.5, 9.0, 6.0, 2.5, -1.5, -4.0, -8.0),
    y=(20.0, 21.0, 24.5, 30.5, 30.0, 23.0, 12.0, -6.0),
    width=(3.0,) * 8,
    depth=(3.0,) * 8,
)
_VEIN = column(
    z=(-120.0, -78.0, -36.0, -12.0, 12.0, 36.0, 60.0, 120.0),
    u=(6.0, 6.5, 7.0, 8.0, 6.0, 3.0, 1.0, -2.0),
    y=(25.0, 26.0, 29.0, 35.5, 36.5, 29.0, 17.0, 0.0),
    width=(2.6, 2.8, 3.2, 3.6, 3.8, 3.6, 3.4, 3.0),
    depth=(2.4, 2.6, 3.0, 3.2, 3.4, 3.2, 3.2, 3.0),
)
_NERVE = column(
    z=(-120.0, -60.0, -10.0, 20.0, 60.0, 120.0),
    u=(5.0, 6.0, 7.0, 7.0, 6.0, 5.0),
    y=(32.0, 35.0, 42.0, 43.0, 40.0, 36.0),
    width=(2.4,) * 6,
    depth=(2.0,) * 6,
)


def _bands(patella: tuple[float, float, float]) -> dict[KneeStructure, Column]:
    u, y, z = patella
    apex, base = z - 19.0, z + 18.0
    return {
        KneeStructure.PATELLAR_TENDON: column(
            z=(-42.0, -36.0, -20.0, apex - 6.0, apex, apex + 6.0),
            u=(2.0, 2.0, u + 0.5, u, u, u),
            y=(-26.0, -28.8, -35.5, y - 6.5, y - 8.8, y - 12.0),
            width=(9.0, 11.5, 12.5, 13.5, 13.5, 11.0),
            depth=(1.5, 2.6, 2.5, 2.5, 2.6, 1.6),
        ),
        KneeStructure.QUADRICEPS_TENDON: column(
            z=(base - 4.0, base, base + 8.0, base + 30.0, base + 75.0),
            u=(u, u, u, u - 0.5, -1.0),
            y=(y - 9.5, y - 7.5, y - 6.5, y - 5.0, y - 6.0),
            width=(15.0, 17.0, 17.5, 15.0, 14.0),
            depth=(2.2, 3.4, 3.4, 3.0, 2.4),
        ),
        KneeStructure.MCL: column(
            z=(-52.0, -30.0, -12.0, 0.0, 14.0, 28.0),
            u=(-22.0, -29.5, -38.0, -40.8, -42.0, -41.8),
            y=(-8.0, -6.5, -5.0, -4.0, -3.0, -2.0),
            width=(1.4, 1.4, 1.3, 1.3, 1.4, 1.5),
            depth=(5.0, 6.0, 6.0, 6.0, 6.0, 4.5),
        ),
        KneeStructure.LCL: column(
            z=(-15.0, 0.0, 14.0, 27.0),
            u=(38.5, 40.0, 40.3, 39.6),
            y=(19.0, 14.5, 9.5, 5.0),
            width=(2.2, 2.0, 2.0, 2.2),
            depth=(2.4, 2.2, 2.2, 2.4),
        ),
    }


def _seat_patella(person: KneePerson, bend: float) -> tuple[float, float, float]:
    """Moves the patella forwards or backwards until its cartilage touches the trochlea's.

    The tendon hardly stretches, so that the patella stays where it is against the tibia
    while the femur bends, and only its depth is sought.
    """
    z = np.linspace(-12.0, 14.0, 14)[None, :] + 37.0
    u = np.linspace(-17.0, 17.0, 18)[:, None]
    u, z = np.broadcast_arrays(u, z)
    centre_y = -40.0
    for _ in range(4):
        facet = centre_y - 0.36 * np.sqrt((u + 2.0) ** 2 + 6.0) + 0.9 - 0.004 * (z - 37.0) ** 2
        front = (facet + person.patellar_mm).astype(np.float32)
        points = Points(u.astype(np.float32), front, z.astype(np.float32)).bent(bend, PIVOT)
        gap = femur_distance(points, person.bones).bone - person.femoral_mm
        centre_y -= 0.5 - float(gap.min())
    return (1.0, centre_y, 37.0)
