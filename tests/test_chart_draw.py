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
from helpers import worked
from perfsite.charts.draw import Drawing
from perfsite.charts.jobs import ChartJob, bars_job, line_job
from perfsite.errors import BuildError

if TYPE_CHECKING:
    from perfsite.model import File

SVG = "{http://www.w3.org/2000/svg}"

QUARTERS = """
    period  transactions transactions:digital cost_per_transaction
    2015-Q1 1000000      400000               0.82
    2015-Q2 [x]          500000               0.80
    2015-Q3 1200000      0                    [x]
    2016-Q1 1400000      1500000              0.70
    2016-Q2 0            0                    0.65
    2016-Q3 900000       450000               0.60
    2016-Q4 950000       500000               0.55
    """


def make_jobs() -> list[ChartJob]:
    """Bars and lines of one service, with gaps, a withheld share and text that needs escaping."""
    made = worked(QUARTERS)
    words = ('<1% & "more"', "Transactions by quarter, A & B")
    return [
        bars_job("bars.svg", *words, made.chart("transactions")),
        line_job("share.svg", *words, made.chart("digital_take_up"), "GBP"),
        line_job("cost.svg", *words, made.chart("cost_per_transaction"), "GBP"),
        bars_job(
            "zero.svg", *words, worked("period transactions\n2016 0\n2017 0").chart("transactions")
        ),
    ]


def drawn(jobs: list[ChartJob], workers: int = 1) -> list[File]:
    """The files of these jobs, in their order."""
    with Drawing(jobs, workers) as drawing:
        return list(drawing.files(lambda _: None))


@pytest.fixture(scope="module")
def charts() -> dict[str, str]:
    """Every kind of chart, drawn one after the other in one worker."""
    return {file.path: file.data.decode() for file in drawn(make_jobs())}


def test_every_job_is_a_file_of_its_name(charts: dict[str, str]) -> None:
    """Files come in the order of the jobs, and progress counts each of them once."""
    told: list[int] = []
    job = make_jobs()[0]
    jobs = [replace(job, path=f"{i}.svg") for i in range(40)]
    with Drawing(jobs, 2) as drawing:
        files = list(drawing.files(told.append))

    assert [file.path for file in files] == [job.path for job in jobs]
    assert sum(told) == 40
    assert list(charts) == ["bars.svg", "share.svg", "cost.svg", "zero.svg"]


def test_a_chart_has_the_same_bytes_alone_and_after_others(charts: dict[str, str]) -> None:
    """No counter of the process gets into a picture."""
    alone = drawn([make_jobs()[1]])[0].data.decode()

    assert alone == charts["share.svg"]
    assert list(charts).index("share.svg") > 0


def test_a_chart_has_the_same_bytes_in_any_zone_and_locale(charts: dict[str, str]) -> None:
    """Another clock, language and working directory draw the same picture."""
    code = (
        "import hashlib, test_chart_draw as t\n"
        "if __name__ == '__main__':\n"
        "    print(hashlib.sha256(b''.join(f.data for f in t.drawn(t.make_jobs()))).hexdigest())\n"
    )
    here = Path(__file__).parent
    paths = os.pathsep.join([str(here), str(Path(perfsite.__file__).parents[1])])
    env = {
        **os.environ,
        "PYTHONPATH": paths,
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "cy_GB.UTF-8",
        "LANG": "cy_GB.UTF-8",
        "PYTHONHASHSEED": "7",
    }
    result = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd="/", capture_output=True, text=True, check=True
    )
    expected = hashlib.sha256("".join(charts.values()).encode()).hexdigest()

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


def texts(svg: str) -> list[ET.Element]:
    """Every piece of text that is seen."""
    root = ET.fromstring(svg)  # noqa: S314 - our own file
    return [item for item in root.iter(f"{SVG}text") if (item.text or "").strip()]


def test_text_is_16_pixels_high_and_horizontal(charts: dict[str, str]) -> None:
    """All words can be read on a phone without turning it."""
    for svg in charts.values():
        assert len(texts(svg)) >= 4
        for text in texts(svg):
            assert text.get("font-size") == "16px"
            assert "rotate(" not in (text.get("transform") or "").replace("rotate(0)", "")


def test_colours_are_the_palette_and_gridlines_are_few_and_light(charts: dict[str, str]) -> None:
    """At most four series in the Analysis Function's colours, and ten lines of #D6D6D6."""
    for svg in charts.values():
        grid = re.findall(r'stroke="(#D6D6D6)"', svg, re.IGNORECASE)
        assert 1 <= len(grid) <= 10
        colours = {c.upper() for c in re.findall(r'(?:fill|stroke)="(#[0-9A-Fa-f]{6})"', svg)}
        series = colours & {"#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1"}
        others = colours - series
        assert 1 <= len(series) <= 4
        assert others <= {"#D6D6D6", "#0B0C0C", "#505A5F", "#FFFFFF"}


def test_words_of_the_ticks_and_labels_are_in_the_picture(charts: dict[str, str]) -> None:
    """What the job says is what is drawn, and every label is there."""
    for job in make_jobs():
        seen = {text.text for text in texts(charts[job.path])}
        wanted = {words for _, words in (*job.x_ticks, *job.y_ticks)}
        wanted |= {str(label["text"]) for label in job.labels}
        assert wanted == seen


def paths_of(svg: str, role: str) -> list[str]:
    """The outlines of marks of one kind: `line` or `rect`."""
    root = ET.fromstring(svg)  # noqa: S314 - our own file
    groups = [g for g in root.iter(f"{SVG}g") if f"mark-{role} " in f"{g.get('class', '')} "]
    return [p.get("d") or "" for g in groups if "role-mark" in (g.get("class") or "") for p in g]


def test_a_line_is_broken_where_a_figure_is_missing(charts: dict[str, str]) -> None:
    """Costs of a quarter withheld or missing leave a gap: the pen is lifted twice."""
    outline = " ".join(paths_of(charts["cost.svg"], "line"))

    # 2015-Q1 and Q2, a gap of two quarters (one blank, one absent), then four quarters.
    assert outline.count("M") == 2
    assert outline.count("L") == 1 + 3


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


def test_a_chart_that_cannot_be_drawn_fails_the_build() -> None:
    """The trouble of a worker arrives as a BuildError, and no file is made up."""
    broken = replace(make_jobs()[0], marks=({"x": object()},))  # type: ignore[dict-item]

    with pytest.raises(BuildError, match="could not be drawn"):
        drawn([broken])


def test_nothing_to_draw_is_no_trouble() -> None:
    """A build without charts has none."""
    assert drawn([]) == []
