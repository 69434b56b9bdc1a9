"""Coverage-guided fuzzing of what reads files from outside (atheris, libFuzzer).

    python tests/fuzz/ingest.py SEEDS [-runs=N] [-max_total_time=S] ...

Makes its seeds in the folder SEEDS where that is empty: small DICOM files in each transfer
syntax, a DICOMDIR, a zip of them, and a file of each other format that is read. Each input is
read as the archive reads an instance, as a study is discovered, and as a zip. Whatever is raised
but a ``CondyleError``, 10 s of processor time or memory over 2 GiB ends it, the input saved.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["condyle.dicom", "condyle.sources", "pydicom"]):
    import pydicom
    from pydicom.data import get_testdata_file

    from condyle import dicom, sources
    from condyle.dicom.deidentify import Project, deidentified
    from condyle.dicom.header import read_whole, without_remarks
    from condyle.dicom.instance_facts import instance_facts
from condyle.dicom.values import BROKEN
from condyle.errors import CondyleError

SEEDS = (
    "MR_small.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_implicit.dcm",
    "CT_small.dcm",
    "DICOMDIR-nooffset",
    "image_dfl.dcm",
    "rtplan.dcm",
    "test-SR.dcm",
    "reportsi.dcm",
    "JPEG2000.dcm",
    "nested_priv_SQ.dcm",
    "UN_sequence.dcm",
    "badVR.dcm",
    "chrH31.dcm",
    "chrX1.dcm",
)
MOST_SEED_BYTES = 20_000
MOST_SECONDS = 10.0  # of the processor's time, which a busy machine does not change
PROJECT = Project(b"a secret of thirty-two bytes,yes")


def make_seeds(folder: Path) -> None:
    """Writes the inputs that the fuzzing begins with, long ones cut."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SEEDS:
        path = get_testdata_file(name, download=False)
        if path is not None:
            content = Path(str(path)).read_bytes()
            (folder / name).write_bytes(content[:MOST_SEED_BYTES])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir())[:3]:
            archive.write(path, path.name)
    (folder / "packed.zip").write_bytes(packed.getvalue())


def read_everywhere(path: Path) -> None:
    """Reads a file in each way that a file from outside is read; only our own errors are right."""
    with contextlib.suppress(CondyleError):
        instance_facts(path)
    with contextlib.suppress(CondyleError), sources.open([path]) as tree:
        found = dicom.discover(tree.files)
        for one in found.studies:
            for series in one.study.series[:2]:
                series.load()
        for file in tree.files:
            _deidentify(file)


def _deidentify(file: sources.SourceFile) -> None:
    # As 'condyle deidentify' takes both for a file that cannot be read.
    with contextlib.suppress(CondyleError, *BROKEN), without_remarks():
        deidentified(read_whole(file), PROJECT)


def main() -> None:
    """Makes the seeds where there are none, and fuzzes."""
    folder = Path(sys.argv[1])
    if not folder.is_dir() or not any(folder.iterdir()):
        make_seeds(folder)
    shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=shared) as private:
        path = Path(private) / "one"

        def one_input(content: bytes) -> None:
            path.write_bytes(content)
            began = time.process_time()
            read_everywhere(path)
            if time.process_time() - began > MOST_SECONDS:
                raise TimeoutError("this input takes too long")

        # The most memory that is counted starts from that of the process which began this one.
        most_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 + 1500
        limits = ["-timeout=300", f"-rss_limit_mb={most_mib}", f"-max_len={2 * MOST_SEED_BYTES}"]
        atheris.Setup([sys.argv[0], str(folder), *limits, *sys.argv[2:]], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    main()
