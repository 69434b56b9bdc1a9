"""The durable workflow of one analysis: its steps, each done once whatever process dies.

A step that was finished is not repeated: its outcome is kept by dbos, whose workflow has the
analysis' own id. The archive's rows stay the truth; dbos only knows how far each workflow is.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from condyle.archive import analyses
from condyle.archive.archive import Archive
from condyle.archive.tables import Analysis
from condyle.bundle import Bundle, installed_bundles, open_bundle
from condyle.bundle.store import find_required
from condyle.domain.messages import Message
from condyle.domain.progress import Progress
from condyle.errors import BundleError, Cancelled, Unavailable
from condyle.service.capacity import Capacity, need_of
from condyle.workflows.clinic.analyse import Readers, Result, analyse
from condyle.workflows.clinic.results import (
    KeptResult,
    held_instances,
    keep_result,
    record_result,
    voxels_of,
)
from condyle.workflows.clinic.study_files import lay_out, study_files

TRIES = 3
"""How often a reading that broke unexpectedly is tried."""

PROGRESS_S = 1.0
"""Progress within a stage is written at most so often."""

_WAITS_S = (0.2, 1.0, 3.0, 10.0)

_log = logging.getLogger(__name__)
T = TypeVar("T")
Step = Callable[..., Any]
