"""A worker whose readings can be held up or broken, by files in its home.

``ID.hold`` holds a reading up for as long as it is there; ``ID.breaks`` has it break as often as
the file says. Every reading leaves a mark in ``ID.tries``. Pages are left out: they take long
and other tests look at them.
"""

import os
import sys
import time
from pathlib import Path

from condyle.domain.progress import Progress
from condyle.reporting.report_json import report_to_json
from condyle.service.jobs import steps, worker
from condyle.workflows.clinic import analyse as clinic

HOME = Path(os.environ["CONDYLE_HOME"])
_read = clinic.analyse


def faulty(folder, bundle, *, analysis, progress, **more):
    tries = HOME / f"{analysis}.tries"
    with tries.open("a") as file:
        file.write("x")
    while (HOME / f"{analysis}.hold").exists():
        progress(Progress("held", 0, 0))
        time.sleep(0.02)
    breaks = HOME / f"{analysis}.breaks"
    if breaks.exists() and len(tries.read_text()) <= int(breaks.read_text()):
        raise ZeroDivisionError("Drawn^Spine")
    return _read(folder, bundle, analysis=analysis, progress=progress, **more)


clinic.report_files = lambda report: {"report.json": report_to_json(report).encode()}
steps.analyse = faulty
worker.LOOK_S = worker.AGAIN_S = 0.1
status = worker.main(sys.argv[1:])
sys.stderr.flush()
os._exit(status)
