"""Whatever a file holds: a site or a sentence, never a traceback; and never another figure."""

from __future__ import annotations

import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.anything import (
    SERVICES,
    csv_files,
    damaged,
    grids,
    json_files,
    nonsense,
    open_documents,
    registers,
    retractions,
    submissions,
    workbooks,
)
from corpus.foreign import MAPS, SOURCES, map_texts, settings_texts
from corpus.written import as_csv, cells_of, written
from perfsite.analysis import Analysis, analyse
from perfsite.cli.extensions import load, own_points
from perfsite.config import SiteConfig, parse_config
from perfsite.decimals import exact
from perfsite.errors import ConfigError, PerfsiteError, Problem
from perfsite.importers import GROUP, Imported, Importer, Option
from perfsite.importers.map_file import parse_map
from perfsite.load import load_data
from perfsite.model import Source, Status
from properties import fewer
from small_site import build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import SearchStrategy

ON: Final = date(2017, 11, 1)
REGISTER: Final = "service,name,department\n" + "".join(
    f"{key},{key.capitalize()},Ministry\n" for key in SERVICES
)
SETTINGS: Final = "published = [2017-11-01]\n"
PASSPORT: Final = "submissions/passport.csv"
FIGURES: Final = b"period,transactions,transactions:digital\n2017-07,5,4\n2017-Q3,9,\n"

TAKEN_BACK: Final = (
    b"service,period,measure,channel,reason,date\n"
    b"passport,2017-07,transactions,,counted twice,2017-10-01\n"
)


def understood(given_files: Mapping[str, bytes]) -> Analysis | PerfsiteError:
    """A data folder of these files, read from a disk as any other; or why it cannot be read."""
    base = {"services.csv": REGISTER.encode(), "perfsite.toml": SETTINGS.encode()}
    with tempfile.TemporaryDirectory() as folder:
        for name, data in {**base, **given_files}.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        try:
            return analyse(load_data(Path(folder)), ON)
        except PerfsiteError as error:
            return error


def assert_in_words(result: Analysis | PerfsiteError, names: set[str]) -> None:
    """Problems name a file that is there, and sentences hold no words of a program."""
    if isinstance(result, PerfsiteError):
        assert str(result)
        return
    known = {*names, "perfsite.toml", "services.csv"}
    for problem in result.problems:
        assert isinstance(problem, Problem)
        sheetless = problem.file.rpartition("/")[0]
        assert problem.file in known or sheetless in known, problem
        assert "NoneType" not in f"{problem.found}{problem.expected}{problem.fix}", problem


@fewer(2, because="each example is a data folder that is read and understood")
@given(st.lists(submissions(), min_size=1, max_size=3).map(dict))
def test_any_submission_is_understood_or_refused_in_words(files: dict[str, bytes]) -> None:
    """Bytes, tables, JSON and workbooks give observations and problems, and nothing else."""
    result = understood(files)

    assert isinstance(result, Analysis)
    assert_in_words(result, set(files))


@fewer(2, because="each example is a data folder that is read and understood")
@given(st.one_of(workbooks, open_documents), st.sampled_from(("xlsx", "ods")))
def test_a_workbook_under_any_name_is_read_or_refused(data: bytes, ending: str) -> None:
    """A sheet of the one kind that bears the name of the other is no trouble."""
    name = f"submissions/passport.{ending}"

    assert_in_words(understood({name: data}), {name})


@fewer(2, because="each example is a data folder that is read and understood")
@given(
    st.one_of(
        st.tuples(st.just("services.csv"), st.one_of(csv_files(registers()), nonsense)),
        st.tuples(st.just("services.csv"), damaged(csv_files(registers()))),
        st.tuples(st.just("services/more.json"), st.one_of(json_files, nonsense)),
    )
)
def test_any_register_is_understood_or_refused_in_words(file: tuple[str, bytes]) -> None:
    """Whatever stands in the register, the figures of the services that can be used are read."""
    name, data = file

    assert_in_words(understood({name: data, PASSPORT: FIGURES}), {name, PASSPORT})


@fewer(2, because="each example is a data folder that is read and understood")
@given(st.one_of(csv_files(retractions()), csv_files(grids()), nonsense))
def test_any_retractions_are_understood_or_refused_in_words(data: bytes) -> None:
    """Whatever stands in retractions.csv, nothing breaks."""
    name = "retractions.csv"

    assert_in_words(understood({name: data, PASSPORT: FIGURES}), {name, PASSPORT})


@given(settings_texts)
def test_any_settings_are_read_or_refused_in_words(text: str) -> None:
    """Whatever stands in perfsite.toml, it is a configuration or a sentence."""
    try:
        assert isinstance(parse_config(text), SiteConfig)
    except ConfigError as error:
        assert str(error).startswith("perfsite.toml")  # noqa: PT017 - either is right


@given(map_texts)
def test_any_map_is_read_or_refused_in_words(text: str) -> None:
    """Whatever stands in MAP.toml, it is a map or a sentence."""
    try:
        parse_map(text, "MAP.toml")
    except ConfigError as error:
        assert str(error).startswith("MAP.toml")  # noqa: PT017 - either is right


def _choices(option: Option) -> SearchStrategy[object]:
    """What may be given for an option of an importer, right or wrong."""
    if option.kind == "flag":
        return st.booleans()
    if option.kind == "choice":
        return st.sampled_from([option.default or option.choices[0], *option.choices])
    if option.kind == "path":
        files = st.one_of(st.sampled_from(MAPS), map_texts)
        return files.map(lambda text: Source("MAP.toml", text.encode("utf-8", "replace")))
    words = st.sampled_from(("passport", "transactions", "cost:digital", "week", "Pass port!", ""))
    return words if option.required else st.one_of(st.just(option.default), words)


@pytest.mark.parametrize("name", sorted(point.name for point in own_points(GROUP)))
@given(st.data())
def test_any_file_is_imported_or_refused_in_words(name: str, drawn: st.DataObject) -> None:
    """An importer gives files and problems for whatever it is given, or an error of perfsite's.

    What it makes can be read.
    """
    importer = load(GROUP, name)
    assert isinstance(importer, Importer)
    good = SOURCES[name]
    files = st.one_of(good, good, damaged(good), nonsense)
    contents = drawn.draw(st.lists(files, min_size=1, max_size=1 if importer.one_file else 2))
    options = {one.name: _choices(one) for one in importer.options}
    given_options = drawn.draw(st.fixed_dictionaries(options))
    ending = "json" if name == "backdrop" else "csv"
    sources = [Source(f"file-{i}.{ending}", each) for i, each in enumerate(contents)]
    try:
        made = importer.run(sources, given_options)
    except PerfsiteError as error:
        assert str(error)  # noqa: PT017 - either is right
        return
    assert isinstance(made, Imported)
    assert all(isinstance(problem, Problem) for problem in made.problems)
    if made.files:
        data = {
            path: text.encode() if isinstance(text, str) else text
            for path, text in made.files.items()
        }
        assert_in_words(understood(data), set(data))


@fewer(12, because="each example is a whole site")
@given(
    st.lists(submissions(), max_size=3).map(dict),
    csv_files(registers()),
    st.one_of(st.just(SETTINGS), settings_texts),
    st.one_of(csv_files(retractions()), st.just(b"")),
)
@example({}, REGISTER.encode(), SETTINGS, b"")
@example({PASSPORT: FIGURES}, REGISTER.encode(), SETTINGS, TAKEN_BACK)
def test_any_data_make_a_site_or_a_sentence(
    files: dict[str, bytes], register: bytes, text: str, taken_back: bytes
) -> None:
    """Whatever the folder holds, the whole site is made of it, or an error says why."""
    everything = {
        **files,
        "services/base.json": b'[{"service": "passport", "name": "P", "department": "M"}]',
        "services.csv": register,
        "perfsite.toml": text.encode("utf-8", "replace"),
        **({"retractions.csv": taken_back} if taken_back else {}),
    }
    result = understood(everything)
    if isinstance(result, PerfsiteError):
        return
    try:
        site = build(result.data, on=ON)
    except PerfsiteError as error:
        assert str(error)  # noqa: PT017 - either is right
        return
    paths = {file.path for file in site.files}
    assert {"index.html", "data/observations.csv", "services/passport.html"} <= paths


@fewer(2, because="each example is a data folder that is read and understood")
@given(written())
@example(([["service", "period", "cost"], ["passport", "2017-07", "1234567.891234"]], True))
@example(
    ([["service", "period", "availability"], ["passport", "2017-07", "33.3333333333333%"]], True)
)
@example(([["service", "period", "cost"], ["passport", "2017-07", "0." + 30 * "9"]], True))
@example(([["service", "period", "started"], ["passport", "2017-07", "0." + 30 * "9"]], True))
def test_no_figure_is_changed_lost_or_invented(table: tuple[list[list[str]], bool]) -> None:
    """What is published is what was written, digit by digit; what is not, a problem names."""
    rows, wide = table
    path = "submissions/figures.csv"
    cells = cells_of(rows, wide)

    result = understood({path: as_csv(rows)})

    assert isinstance(result, Analysis)
    published = {
        (row["row"], row["measure"], row["channel"]): row
        for row in result.observations.to_dict("records")
    }
    assert len(published) == len(result.observations), "one cell is published twice"
    assert published.keys() <= cells.keys(), "a figure that nobody wrote"
    for key, row in published.items():
        text = cells[key].strip()
        if row["status"] == Status.PROVIDED:
            assert "[c]" not in text, "a suppressed figure"
            assert Decimal(exact(row["value"])) == _as_decimal(text), text
        else:
            assert text in {"", "[x]", "[z]"} or "[c]" in text, text
    named = {problem.row for problem in result.problems if problem.file == path}
    if any(problem.code == "PS102" for problem in result.problems):
        named |= {number for number, _, _ in cells}  # of such a file nothing is read
    said = " ".join(f"{problem.found} " for problem in result.problems)
    lost = [
        key
        for key in cells.keys() - published.keys()
        if key[0] not in named and f"{path}:{key[0]} " not in said
    ]
    assert lost == [], "a figure is lost, and no problem says so"


def _as_decimal(text: str) -> Decimal:
    """The number that was written, a percentage divided by 100."""
    number = text.partition("[")[0].strip()
    if number.endswith("%"):
        return Decimal(number.removesuffix("%").strip()) / 100
    return Decimal(number)
