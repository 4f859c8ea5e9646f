"""perfsite on a machine that draws and writes slowly: a program.

A small site is made before anybody could interrupt it. `python tests/slowly.py build ...` is
`perfsite build ...`, where each picture and each file takes a moment longer.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from perfsite.charts import draw

if TYPE_CHECKING:
    from perfsite.charts.pictures import Job
    from perfsite.tokens import ChartStyle

_PICTURE: Final = 0.05
_FILE: Final = 0.01
"""Seconds that each takes longer."""
_write_bytes: Final = Path.write_bytes


def draw_slowly(job: Job, style: ChartStyle) -> bytes:
    """What a worker does; it finds this function because it reads this file, too."""
    time.sleep(_PICTURE)
    return draw.draw(job, style)


def write_slowly(path: Path, data: Any) -> int:  # noqa: ANN401 - bytes of any kind
    """Write half of a file, and the other half a moment later."""
    with path.open("wb") as file:
        written = file.write(data[: len(data) // 2])
        file.flush()
        time.sleep(_FILE)
        return written + file.write(data[len(data) // 2 :])


if __name__ == "__main__":
    # Only where the program begins: in the workers, which read this file too, it stays as it is.
    draw.draw = draw_slowly
    Path.write_bytes = write_slowly  # type: ignore[method-assign, assignment]
    from perfsite.door import main

    main()
