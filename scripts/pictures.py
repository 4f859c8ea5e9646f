"""Draw every kind of picture, and say what each costs: `make vl-convert-next`.

With the vl-convert that Python finds first, and with `tests` among the folders in which it looks.
A picture that cannot be drawn ends it with an error.
"""

from __future__ import annotations

import time
from importlib.metadata import version

from chart_samples import STYLE, samples
from perfsite.charts.draw import draw

TIMES = 20

if __name__ == "__main__":
    print(f"vl-convert-python {version('vl-convert-python')}: processor ms and bytes of a picture")
    for job in samples():
        size = len(draw(job, STYLE))
        start = time.process_time()
        for _ in range(TIMES):
            draw(job, STYLE)
        milliseconds = 1000 * (time.process_time() - start) / TIMES
        print(f"{job.path:20}{milliseconds:6.1f}{size:8,}")
