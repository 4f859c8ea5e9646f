"""What frozen editions said is kept from build to build: no byte of a site depends on it."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from perfsite.analysis import analyse
from perfsite.build import InMemory, build_site
from perfsite.cache import DrawingStore
from perfsite.edition_cache import EditionCache, frame_bytes, read_frame
from perfsite.load import load_data, load_theme, with_editions
from perfsite.model import Edition
from perfsite.revisions import compare
from perfsite.unit_records import UnitRecords
from small_site import CONFIG, REGISTER, SUBMISSIONS, Silent, data_folder, perfsite

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from perfsite.analysis import Analysis

FIRST: Final = date(2018, 3, 1)
RELEASED: Final = date(2018, 11, 1)
WAITING: Final = f"weekly,2017-W34,started,,2345,,{RELEASED}\n"
LATE: Final = f"""\
service,period,measure,channel,value,note,release_at
{WAITING}full,2018-Q1,cost,,77123,,{RELEASED}
"""
_KEPT: Final = ("service,", "full,", "weekly,")
SERVICES: Final = "\n".join(row for row in REGISTER.splitlines() if row.startswith(_KEPT))
REASON: Final = (
    '[[revision]]\nkind = "correction"\nreason = "Lorries were left out."\nservices = ["full"]\n'
)


def known(folder: Path, day: date, cache: EditionCache | None = None) -> Analysis:
    """What is known of a folder on a day."""
    return analyse(with_editions(load_data(folder), folder, day, cache), day)


@dataclass
class Site:
    """A site whose data are edited, and what its builds keep."""

    parent: Path
    numbers: int = 1400
    is_suppressed: bool = False
    is_explained: bool = False
    is_smaller: bool = False
    day: date = date(2018, 9, 19)
    frozen: list[date] = field(default_factory=list)
    files: InMemory = field(default_factory=InMemory)
    records: UnitRecords = field(default_factory=UnitRecords)

    @property
    def kept(self) -> Path:
        """The folder of what is kept of editions."""
        return self.parent / "kept"

    def write(self) -> Path:
        """Write the data as they are now."""
        cell = "[c]" if self.is_suppressed else str(self.numbers)
        full = SUBMISSIONS["full.csv"].replace("2017-Q3,1400,750", f"2017-Q3,{cell},750")
        header, *rows = SERVICES.splitlines(keepends=True)
        sent = {"full.csv": full, "weekly.csv": SUBMISSIONS["weekly.csv"], "late.csv": LATE}
        if self.is_smaller:
            rows = [row for row in rows if not row.startswith("weekly,")]
            sent = {name: text.replace(WAITING, "") for name, text in sent.items()}
            del sent["weekly.csv"]
            (self.parent / "data/submissions/weekly.csv").unlink(missing_ok=True)
        lines = [header, *rows]
        folder = data_folder(self.parent, register="".join(lines), submissions=sent, config=CONFIG)
        (folder / "revisions.toml").write_text(REASON if self.is_explained else "")
        return folder

    def freeze(self) -> None:
        """Freeze what the data say, on a day after all others."""
        day = self.frozen[-1] + timedelta(31) if self.frozen else FIRST
        ran = perfsite("freeze", day.isoformat(), self.write())
        assert ran.code == 0, ran.err
        self.frozen.append(day)
        self.day = max(self.day, day)

    def undo(self) -> None:
        """Take the newest edition back, if there is one."""
        if self.frozen:
            ran = perfsite("freeze", self.frozen.pop().isoformat(), self.write(), "--undo", "--yes")
            assert ran.code == 0, ran.err

    def warm(self) -> dict[str, bytes]:
        """The files of the site, of which earlier builds have made what they could."""
        cache = EditionCache(DrawingStore(self.kept))
        files = self._built(cache, self.records, self.files)
        self.records = self.records.next()
        cache.forget_unused()
        return files

    def cold(self) -> dict[str, bytes]:
        """The files of the site that nothing is known of."""
        return self._built(EditionCache(), UnitRecords(), InMemory())

    def _built(
        self, cache: EditionCache, records: UnitRecords, output: InMemory
    ) -> dict[str, bytes]:
        analysis = known(self.write(), self.day, cache)
        site = build_site(
            analysis,
            Edition(self.day, analysis.data.hash),
            load_theme(),
            workers=1,
            charts=False,
            progress=Silent(),
            records=records,
            files=output,
        )
        return {file.path: file.data for file in site.files}


def change(site: Site) -> None:
    """Another number of a figure that editions have said."""
    site.numbers += 50


def suppress(site: Site) -> None:
    """The figure becomes confidential, or is so no more."""
    site.is_suppressed = not site.is_suppressed


def explain(site: Site) -> None:
    """A reason is given for the change, or taken back."""
    site.is_explained = not site.is_explained


def leave(site: Site) -> None:
    """A service leaves the register, or comes back."""
    site.is_smaller = not site.is_smaller


def wait(site: Site) -> None:
    """The day comes on which figures that wait are released; or the clock is set back."""
    newest = site.frozen[-1] if site.frozen else FIRST
    site.day = max(newest, RELEASED if site.day < RELEASED else date(2018, 9, 19))


def damage(site: Site) -> None:
    """A bit of each entry flips."""
    for path in site.kept.glob("*/*"):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)


def swap(site: Site) -> None:
    """Each entry stands under the name of another, whole as it is."""
    paths = sorted(site.kept.glob("*/*"))
    contents = [path.read_bytes() for path in paths]
    for path, content in zip(paths, [*contents[1:], *contents[:1]], strict=True):
        path.write_bytes(content)


def forget(site: Site) -> None:
    """All that was kept is deleted."""
    shutil.rmtree(site.kept, ignore_errors=True)


EDITS: Final = (
    *(Site.freeze, change, suppress, Site.undo, explain, leave, wait, damage, swap, forget),
)


def check(site: Site, steps: Sequence[Sequence[Callable[[Site], None]]]) -> None:
    """After each step the site of builds that know of others is the one that knows of none."""
    for number, edits in enumerate(steps):
        for edit in edits:
            edit(site)
        warm, cold = site.warm(), site.cold()
        names = [[edit.__name__ for edit in step] for step in steps[: number + 1]]
        assert warm.keys() == cold.keys(), names
        assert [path for path in cold if warm[path] != cold[path]] == [], names


def test_no_edit_makes_the_kept_history_another(tmp_path: Path) -> None:
    """Freezing, suppressing, a reason, a release, damage and undoing, one after the other."""
    begin = (Site.freeze, change, Site.freeze, change, Site.freeze)
    steps = [(suppress, damage, explain), (Site.undo, swap, wait), (leave, Site.freeze)]
    check(Site(tmp_path), [begin, *steps])


@pytest.mark.proofs
@pytest.mark.parametrize("seed", range(20))
def test_no_sequence_of_edits_makes_the_kept_history_another(tmp_path: Path, seed: int) -> None:
    """Ten edits at random after two editions."""
    chosen = random.Random(seed)  # noqa: S311 - no secret
    edits = [(edit,) for edit in chosen.choices(EDITS, k=10)]
    check(Site(tmp_path), [(Site.freeze, change, Site.freeze), *edits])


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """The data of a site with three editions and a change since."""
    site = Site(tmp_path)
    for _ in range(3):
        site.freeze()
        change(site)
    return site.write()


DAY: Final = date(2018, 9, 19)


def store_of(folder: Path) -> DrawingStore:
    """What is kept beside a data folder."""
    return DrawingStore(folder.parent / "kept")


def test_only_the_newest_edition_is_compared_again(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second build holds no two editions against each other, and puts no older one together."""
    compared: list[date | None] = []

    def counted(*sides: object) -> object:
        compared.append(sides[1].day)  # type: ignore[attr-defined]
        return compare(*sides)  # type: ignore[arg-type]

    monkeypatch.setattr("perfsite.history.compare", counted)
    for _ in range(2):
        analysis = known(three, DAY, EditionCache(store_of(three)))
        assert analysis.ledger
        assert len(analysis.ledger.steps) == 3
        assert analysis.revised
        assert len(analysis.earlier)

    assert len(compared) == 2
    assert all(edition.whole_names == {"services"} for edition in analysis.data.history)


def test_what_is_kept_is_what_was_made(three: Path) -> None:
    """Texts, numbers and types of columns of all frames are the same, and so are the steps."""
    cold = known(three, DAY)
    for _ in range(2):
        warm = known(three, DAY, EditionCache(store_of(three)))
        assert cold.ledger
        assert warm.ledger
        for step, made in zip(warm.ledger.steps, cold.ledger.steps, strict=True):
            assert_frame_equal(step.figures, made.figures)
            assert step.services == made.services
        assert warm.revised == cold.revised
        assert_frame_equal(warm.earlier, cold.earlier)
        ours, theirs = warm.data.history[-1], cold.data.history[-1]
        assert_frame_equal(ours.observations, theirs.observations)
        assert_frame_equal(ours.kpi_numbers, theirs.kpi_numbers)


def test_frames_are_read_as_they_were_written() -> None:
    """Blank texts, controls, numbers to the last bit, nothing, and a frame without rows."""
    frame = pd.DataFrame(
        {
            "text": pd.Series(["a\x00", "", "é\n"], dtype=object),
            "words": pd.Series(["p", "p", ""], dtype="str"),
            "value": [0.1 + 0.2, float("nan"), -0.0],
            "row": [1, 2**60, -3],
            "flagged": [True, False, True],
        }
    )
    for rows in (frame, frame.iloc[:0]):
        assert_frame_equal(read_frame(frame_bytes(rows)), rows, check_exact=True)


def test_what_is_no_text_is_not_kept_as_text() -> None:
    """A column of texts with a hole in it is a fault of the program, and is not written."""
    with pytest.raises(TypeError, match="something else than text"):
        frame_bytes(pd.DataFrame({"text": pd.Series(["a", None], dtype=object)}))


def test_other_inputs_and_other_code_are_other_entries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was made is asked for by its name, its inputs and the code; what nobody asks goes."""
    store = DrawingStore(tmp_path / "kept")
    made: list[str] = []

    def of(name: str, *inputs: object, cache: EditionCache) -> None:
        def make() -> list[list[str]]:
            made.append(name)
            return [[name]]

        assert cache.value(name, inputs, make) == [[name]]

    first = EditionCache(store)
    of("a", "seal", cache=first)
    of("a", "seal", cache=first)
    of("a", "other", cache=first)
    of("b", "seal", cache=first)
    assert made == ["a", "a", "b"]
    monkeypatch.setattr("perfsite.edition_cache.code_fingerprint", lambda: "of another version")
    second = EditionCache(store)
    of("a", "seal", cache=second)
    assert made == ["a", "a", "b", "a"]
    second.forget_unused()
    assert len([path for path in (tmp_path / "kept").glob("*/*") if path.is_file()]) == 1
