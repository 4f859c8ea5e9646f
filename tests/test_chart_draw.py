from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

import perfsite
from chart_samples import STYLE, SVG, chart_samples, samples, texts
from perfsite.charts.draw import Drawer, Drawn, Undrawn, settle
from perfsite.charts.pictures import ChartJob
from perfsite.workers import Failure, Workers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.charts.pictures import Job
    from perfsite.model import File
    from perfsite.tokens import ChartStyle
    from perfsite.workers import Work


def make_jobs() -> list[ChartJob]:
    """A chart of every kind."""
    return list(chart_samples().values())


def begin() -> Work[Sequence[Job], Drawn]:
    """What a process that draws begins with."""
    settle()
    return Drawer(STYLE).draw


def draw_all(jobs: Sequence[Job], workers: int = 1) -> list[Drawn]:
    """What came of each of these jobs, drawn by itself."""
    work = Workers([[job] for job in jobs], begin, workers)
    try:
        return [work.result(number) for number in range(len(jobs))]
    finally:
        work.end()


def drawn(jobs: Sequence[Job], workers: int = 1) -> list[File]:
    """The files of these jobs, in their order."""
    return [file for one in draw_all(jobs, workers) for file in one.files]


@pytest.fixture(scope="module")
def charts() -> dict[str, str]:
    """Every kind of chart, drawn one after the other in one worker."""
    jobs = [job for job in samples() if job.path.endswith(".svg")]
    return {file.path: file.data.decode() for file in drawn(jobs)}


def test_every_job_is_a_file_of_its_name(charts: dict[str, str]) -> None:
    """Files come in the order of the jobs."""
    job = make_jobs()[0]
    jobs = [replace(job, path=f"{i}.svg") for i in range(40)]

    assert [file.path for file in drawn(jobs, 2)] == [job.path for job in jobs]
    assert list(charts) == [job.path for job in samples() if job.path.endswith(".svg")]


def test_a_chart_has_the_same_bytes_alone_and_after_others(charts: dict[str, str]) -> None:
    """No counter of the process gets into a picture."""
    alone = drawn([make_jobs()[1]])[0].data.decode()

    assert alone == charts["share.svg"]
    assert list(charts).index("share.svg") > 0


def test_a_chart_has_the_same_bytes_in_any_zone_and_locale(charts: dict[str, str]) -> None:
    """Another clock, language, working directory and set of fonts draw the same picture."""
    code = (
        "import hashlib, test_chart_draw as t\n"
        "if __name__ == '__main__':\n"
        "    print(hashlib.sha256(b''.join(f.data for f in t.drawn(t.samples()))).hexdigest())\n"
    )
    here = Path(__file__).parent
    more = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    folders = [str(here), str(Path(perfsite.__file__).parents[1]), *filter(None, more)]
    paths = os.pathsep.join(folders)
    env = {
        **os.environ,
        "PYTHONPATH": paths,
        "TZ": "Pacific/Kiritimati",
        # A machine without fonts.
        "FONTCONFIG_FILE": str(Path(perfsite.__file__).parent / "charts" / "fonts.conf"),
        "LC_ALL": "cy_GB.UTF-8",
        "LANG": "cy_GB.UTF-8",
        "PYTHONHASHSEED": "7",
    }
    result = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd="/", capture_output=True, text=True, check=True
    )
    pictures = [*(svg.encode() for svg in charts.values()), drawn(samples()[-1:])[0].data]
    expected = hashlib.sha256(b"".join(pictures)).hexdigest()

    assert result.stdout.strip() == expected


def test_no_figure_of_a_picture_is_broken(charts: dict[str, str]) -> None:
    """Missing figures do not become NaN, null or undefined."""
    for path, svg in charts.items():
        for word in ("NaN", "undefined", "null", "Infinity"):
            assert word not in svg, f"{word} in {path}"


def test_a_picture_is_xml_with_a_title_and_a_description(charts: dict[str, str]) -> None:
    """Who opens the file by itself is told what it shows; the words are escaped."""
    for svg in charts.values():
        root = ET.fromstring(svg)  # noqa: S314 - our own file
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
        assert root[0].text == '<1% & "more"'
        assert root[1].text == "Transactions by quarter, A & B"


def test_a_picture_needs_nothing_but_itself(charts: dict[str, str]) -> None:
    """No script, style sheet, font or image from elsewhere."""
    for svg in charts.values():
        links = re.findall(r"""(?:href|src)\s*=\s*["'][^#"']""", svg)
        assert links == []
        assert "<script" not in svg
        assert "@import" not in svg
        assert set(re.findall(r"https?://[^\"' <]+", svg)) <= {
            "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
        }  # fmt: skip


def test_text_is_16_pixels_high_and_horizontal(charts: dict[str, str]) -> None:
    """All words can be read on a phone without turning it."""
    for svg in charts.values():
        assert len(texts(svg)) >= 4
        root = ET.fromstring(svg)  # noqa: S314 - our own file
        assert set(re.findall(r'font-size="([^"]*)"', svg)) == {"16px"}
        sized = [item for item in root.iter() if item.get("font-size")]
        assert {*root.iter(f"{SVG}text")} == {t for item in sized for t in item.iter(f"{SVG}text")}
        for text in texts(svg):
            assert "rotate(" not in (text.get("transform") or "").replace("rotate(0)", "")


def test_words_of_the_ticks_and_labels_are_in_the_picture(charts: dict[str, str]) -> None:
    """What the job says is what is drawn, and every label is there."""
    for job in make_jobs():
        seen = {text.text for text in texts(charts[job.path])}
        wanted = {words for _, words in (*job.x_ticks, *job.y_ticks)}
        wanted |= {str(label["text"]) for label in job.labels}
        assert wanted == seen


def paths_of(svg: str, role: str) -> list[str]:
    """The outlines of marks of one kind: `line` or `rect`, those in colour."""
    root = ET.fromstring(svg)  # noqa: S314 - our own file
    groups = [g for g in root.iter(f"{SVG}g") if f"mark-{role} " in f"{g.get('class', '')} "]
    return [
        p.get("d") or ""
        for g in groups
        if "role-mark" in (g.get("class") or "")
        for p in g
        if p.get("fill") != STYLE.grid
    ]


def test_a_line_is_broken_where_a_figure_is_missing(charts: dict[str, str]) -> None:
    """Costs of a quarter withheld or missing leave a gap: the pen is lifted twice."""
    outline = " ".join(paths_of(charts["cost.svg"], "line"))

    # 2015-Q1 and Q2, a gap of two quarters (one blank, one absent), then four quarters.
    assert outline.count("M") == 2
    assert outline.count("L") == 1 + 3


def strokes(svg: str) -> list[str]:
    """The colours of the lines of a chart, from the lowest up."""
    return re.findall(r'class="mark-line role-mark [^>]*><path [^>]*stroke="([^"]*)"', svg)


def test_every_series_is_a_line_and_the_year_before_lies_below(charts: dict[str, str]) -> None:
    """Each has its own colour, in its own order; what is there to compare with covers nothing."""
    assert strokes(charts["lines.svg"]) == [*STYLE.palette]
    assert strokes(charts["years.svg"]) == [STYLE.axis, STYLE.palette[0]]


def test_bars_stand_on_the_line_of_nothing(charts: dict[str, str]) -> None:
    """The lowest edge of every bar is where the scale says 0."""
    outlines = paths_of(charts["bars.svg"], "rect")
    bottoms = []
    for outline in outlines:
        match = re.fullmatch(r"M([\d.]+),([\d.]+)h([\d.]+)v([\d.]+)h-[\d.]+Z", outline)
        assert match, outline
        bottoms.append((float(match[1]), float(match[2]) + float(match[4])))
    ground = max(bottom for _, bottom in bottoms)
    lowest = {x: max(bottom for at, bottom in bottoms if at == x) for x, _ in bottoms}

    assert len(lowest) == 6
    assert set(lowest.values()) == {ground}


def test_ids_do_not_come_from_a_counter(charts: dict[str, str]) -> None:
    """An id, where there is one, holds the chart's own name."""
    for path, svg in charts.items():
        for name in re.findall(r'\bid="([^"]*)"', svg):
            assert path.removesuffix(".svg") in name


def test_a_chart_that_cannot_be_drawn_costs_no_other() -> None:
    """The trouble of vl-convert is said, no file is made up, and the next chart is drawn."""
    good, other = make_jobs()[:2]
    broken = replace(good, path="broken.svg", marks=({"x": object()},))  # type: ignore[dict-item]
    lost, whole = draw_all([broken, other])

    assert lost.files == ()
    assert [file.path for file in whole.files] == [other.path]
    (undrawn,) = lost.undrawn
    assert undrawn.path == "broken.svg"
    assert "object" in undrawn.failure.reason


def test_nothing_to_draw_is_no_trouble() -> None:
    """A build without charts has none."""
    assert drawn([]) == []


class Memory:
    """A store that keeps everything, and counts."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.puts = 0

    def get(self, key: str) -> bytes | None:
        """The drawing of this key, if there is one."""
        return self.kept.get(key)

    def put(self, key: str, data: bytes) -> None:
        """Keep a drawing."""
        self.puts += 1
        self.kept[key] = data


def test_what_is_kept_is_not_drawn_again() -> None:
    """Kept drawings come from the store in their places, and only the others are drawn."""
    store, steps = Memory(), list[str]()
    jobs = samples()

    def picture(job: Job, style: ChartStyle) -> bytes:
        del style
        return f"picture of {job.title if isinstance(job, ChartJob) else job.path}".encode()

    drawer = Drawer(STYLE, store, picture)
    first = drawer.draw(jobs[::2], {}, steps.append)
    # Whatever the store says is believed, so a drawing that was changed shows where it came from.
    store.kept = {key: b"kept " + data for key, data in store.kept.items()}
    again = drawer.draw(jobs, {}, steps.append)

    assert steps == [
        *(job.path for job in jobs[::2]),
        "",
        *(job.path for job in jobs[1::2]),
        "",
    ]
    assert store.puts == len(jobs) == len(again.keys)
    assert [file.path for file in again.files] == [job.path for job in jobs]
    assert [f.data for f in again.files[::2]] == [b"kept " + file.data for file in first.files]
    assert not any(f.data.startswith(b"kept") for f in again.files[1::2])


def test_what_is_lost_is_not_tried_again() -> None:
    """A picture that a process was lost over is given up, with the reason, and the rest drawn."""
    jobs = samples()[:2]
    why = Failure("the process that drew it crashed")
    result = Drawer(STYLE, draw=lambda *_: b"picture").draw(jobs, {jobs[0].path: why}, print)

    assert result.undrawn == (Undrawn(jobs[0].path, why),)
    assert [file.path for file in result.files] == [jobs[1].path]
