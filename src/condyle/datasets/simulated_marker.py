"""The mark of an archive of simulated patients, for layouts whose pictures cannot say it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from condyle.datasets.writing import write_text
from condyle.errors import DatasetError

MARKER = "simulated.json"
"""Name of the file in the root of the archive."""

README = "README.txt"

SCHEMA = "condyle.simulated/1"

_TEXT = """SIMULATED IMAGES

Nothing in this folder is of a patient. Condyle drew the anatomy and the lesions and computed
the images by the equations of magnetic resonance. A model that was trained or tested on them
has seen no patient: its figures say nothing about patients.

Made with: {command}
"""


@dataclass(frozen=True)
class SimulatedMarker:
    """What an archive of simulated patients was made with.

    Attributes:
        anatomy: Such as ``"knee"``.
        patients: How many.
        seed: Of the population.
        difficulty: 0 to 1.
        size: Rows and columns of a slice.
        layout: In which the archive was written.
        slices: Slices a series, ``None`` for the anatomy's own number.
        prevalence: Finding to its share, where not the anatomy's own.
        label: The one label of class folders, ``None`` for the anatomy's main one.
    """

    anatomy: str
    patients: int
    seed: int
    difficulty: float
    size: int
    layout: str
    slices: int | None = None
    prevalence: Mapping[str, float] = field(default_factory=dict)
    label: str | None = None

    @property
    def command(self) -> str:
        """The command that makes it again."""
        words = [
            f"condyle phantom {self.anatomy} --patients {self.patients} --layout {self.layout}"
            f" --seed {self.seed} --difficulty {self.difficulty!r} --size {self.size}"
        ]
        if self.slices is not None:
            words.append(f"--slices {self.slices}")
        words += [f"--prevalence {name}={share!r}" for name, share in self.prevalence.items()]
        if self.label is not None:
            words.append(f"--label {self.label}")
        return " ".join(words)


def write_marker(root: Path, marker: SimulatedMarker) -> None:
    """Writes the mark, and a text for whoever opens the folder.

    Raises:
        OutputError: They cannot be written.
    """
    values = {"schema": SCHEMA, **asdict(marker)}
    write_text(root / MARKER, json.dumps(values, indent=2) + "\n")
    write_text(root / README, _TEXT.format(command=marker.command))


def read_marker(root: Path) -> SimulatedMarker | None:
    """Gives the mark of an archive, ``None`` where it has none and is of patients.

    Raises:
        DatasetError: The mark cannot be read. It is never ignored: to take simulated
            images for a patient's is worse than to stop.
    """
    path = root / MARKER
    if not path.exists():
        return None
    try:
        values = json.loads(path.read_text("utf-8"))
        if values.pop("schema") != SCHEMA:
            raise ValueError("another schema")
        return SimulatedMarker(**values)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DatasetError(
            "The mark of simulated images cannot be read.",
            found=f"{MARKER}: {type(error).__name__}",
            needed=f"the file that 'condyle phantom' wrote, of schema {SCHEMA}",
            mend="make the archive again, or restore the file.",
        ) from error
