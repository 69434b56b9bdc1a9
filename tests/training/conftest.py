"""Where there is no torch only the recipes are tested; a test that needs it tells of the rest."""

from importlib.util import find_spec

collect_ignore = (
    []
    if find_spec("torch")
    else ["test_networks.py", "test_losses.py", "test_augmentation.py", "test_loop.py"]
)
