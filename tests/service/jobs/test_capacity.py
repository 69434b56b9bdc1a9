"""How much may run at a time."""

import os

import pytest

from condyle.bundle import find_bundle, open_bundle
from condyle.service.jobs.capacity import (
    BASE,
    GIB,
    MIB,
    RESERVE,
    Capacity,
    capacity,
    memory_limit,
    need_of,
)


@pytest.fixture(name="cgroup")
def _cgroup(tmp_path):
    def cgroup(**told):
        for name, text in told.items():
            path = tmp_path / name.replace("__", "/").replace("_max", ".max")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return cgroup


def machine():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@pytest.mark.parametrize("told", ["max\n", "9223372036854771712\n", "not a number"])
def test_without_a_limit_of_the_container_the_machine_is_the_limit(cgroup, told):
    assert memory_limit(cgroup(memory_max=told)) == machine()


def test_the_container_is_the_limit_where_it_has_one(cgroup):
    assert memory_limit(cgroup(memory_max=f"{512 * MIB}\n")) == 512 * MIB


def test_an_older_kernels_limit_is_read_as_well(tmp_path):
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text("1000000\n")
    assert memory_limit(tmp_path) == 1_000_000


def test_the_rest_is_left_to_the_server_and_the_database(cgroup):
    room = capacity(cgroup=cgroup(memory_max=str(3 * GIB)))
    assert room.memory == min(3 * GIB, machine()) - RESERVE
    assert capacity(cgroup=cgroup(memory_max="1000")).memory == 0


def test_threads_and_analyses_share_the_processors(cgroup):
    processors = len(os.sched_getaffinity(0))
    room = capacity(cgroup=cgroup())
    assert room.jobs == max(1, processors // 2)
    assert 1 <= room.jobs * room.threads <= max(processors, 1)
    many = capacity(jobs=4 * processors, cgroup=cgroup())
    assert (many.jobs, many.threads) == (4 * processors, 1)


@pytest.mark.parametrize(
    ("need", "running", "admitted"),
    [
        (99, (), True),  # waiting would not make it smaller
        (5, (5,), True),
        (6, (5,), False),
        (1, (1, 1), False),
    ],
)
def test_analyses_are_admitted_while_there_is_room(need, running, admitted):
    assert Capacity(jobs=2, threads=1, memory=10).admits(need, running) == admitted


def test_the_need_grows_with_the_networks_and_the_images():
    assert need_of((), 0) == BASE
    shipped = [find_bundle(name).manifest for name in ("lumbar-anatomy", "lumbar-grading")]
    weights = sum(m.files[name].bytes for m in shipped for name in m.models)
    assert need_of(tuple(shipped), 0) == BASE + 3 * weights
    two_series = 2 * 15 * 448 * 448
    assert 357 * MIB < need_of(tuple(shipped), two_series) < 600 * MIB, "357 MiB were measured"


def test_a_bundle_that_lists_no_files_counts_as_its_images_alone(bundle_store):
    manifest = open_bundle(bundle_store / "lumbar-grading").manifest
    assert need_of((manifest.model_copy(update={"files": {}}),), 10) == BASE + 240
