"""Coverage-guided fuzzing of what reads files from outside (atheris, libFuzzer).

    python tests/fuzz/ingest.py SEEDS [-runs=N] [-max_total_time=S] ...

Makes its seeds in the folder SEEDS where that is empty: DICOM files in several transfer syntaxes
and character sets, a DICOMDIR, a zip and, where CONDYLE_TEST_DATA is, a scanner's. They have few
pixels, so that most of what is changed is header, and little to read. Each input is read as the
archive reads an instance, as a study is discovered in a file or a zip, and as it is de-identified.
Whatever is raised but a ``CondyleError``, 10 s of processor time or memory over 2 GiB ends it, the
input saved.
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

# What is traced guides the fuzzing and is two to three times as slow for it: not traced is what
# each element passes whatever its bytes are.
_NOT_TRACED = ["config", "dataelem", "datadict", "dataset", "hooks", "multival", "tag", "uid"]

with atheris.instrument_imports(
    include=["condyle", "pydicom"],
    exclude=[f"pydicom.{name}" for name in _NOT_TRACED],
):
    import pydicom
    from pydicom.data import get_charset_files, get_testdata_file
    from pydicom.uid import ImplicitVRLittleEndian

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
    "SC_rgb_rle_2frame.dcm",
    "SC_rgb_small_odd_jpeg.dcm",
    "JPEGLSNearLossless_08.dcm",
    "rtstruct.dcm",
    "meta_missing_tsyntax.dcm",
)
CHARACTER_SETS = ("chrArab.dcm", "chrH31.dcm", "chrRuss.dcm", "chrX1.dcm", "chrSQEncoding.dcm")
SIDE = 4  # of a picture in a seed, in pixels
MOST_SEED_BYTES = 12_000
MOST_SECONDS = 10.0  # of the processor's time, which a busy machine does not change
PROJECT = Project(b"a secret of thirty-two bytes,yes")


def make_seeds(folder: Path) -> None:
    """Writes the inputs that the fuzzing begins with.

    Raises:
        FileNotFoundError: pydicom does not have one of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*SEEDS, *CHARACTER_SETS):
        sets = name in CHARACTER_SETS
        path = (get_charset_files(name) or [None])[0] if sets else get_testdata_file(name, False)
        if path is None:
            raise FileNotFoundError(f"pydicom has no {name}")
        (folder / name).write_bytes(_of_few_pixels(Path(str(path))))
    shared = Path(os.environ.get("CONDYLE_TEST_DATA", "absent"), "knee-mese-dicom", "dicom")
    for path in sorted(shared.glob("*.dcm"))[:1]:
        (folder / "scanner.dcm").write_bytes(_of_few_pixels(path))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("MR_small.dcm", "chrH31.dcm"):
            archive.write(folder / name, name)
    (folder / "packed.zip").write_bytes(packed.getvalue())


def _of_few_pixels(path: Path) -> bytes:
    """Gives a file as it is, or with the first pixels alone where they are plain."""
    content = path.read_bytes()
    one = pydicom.dcmread(path, force=True)
    syntax = one.file_meta.get("TransferSyntaxUID", ImplicitVRLittleEndian)
    plain = "PixelData" in one and not syntax.is_encapsulated
    if plain and one.get("Rows", 0) > SIDE:
        one.Rows = one.Columns = SIDE
        one.PixelData = one.PixelData[: SIDE * SIDE * one.SamplesPerPixel * one.BitsAllocated // 8]
        written = io.BytesIO()
        one.save_as(written)
        content = written.getvalue()
    return content[:MOST_SEED_BYTES]


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
        tempfile.tempdir = private  # what a reading unpacks stays in memory too

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
