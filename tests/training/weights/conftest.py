"""Where there is no torch, no network can be built; one test of the room says so."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") else ["test_*.py"]
