"""MAP.toml: what somebody says about the columns of a table that is not in perfsite's own form.

The entries, and which of them go together. A table is held against a map by `mapping`; `proposals`
writes one for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from perfsite.config import TomlTable, read_settings
from perfsite.errors import ConfigError
from perfsite.importers.period_forms import ISO, Covers, PeriodForm, period_form
from perfsite.model import REGISTER_COLUMNS, why_not_an_id
from perfsite.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHANNEL_FORM: Final = r"[a-z][a-z0-9]*([_-][a-z0-9]+)*"
CHANNEL: Final = re.compile(_CHANNEL_FORM)
"""The form of a channel's name, as docs/data-format.md has it."""
MEASURE: Final = re.compile(rf"[a-z][a-z0-9_]*(:{_CHANNEL_FORM})?")
"""The form of `measure` and of `measure:channel`."""
_Measure = Annotated[str, Field(pattern=rf"^{MEASURE.pattern}$")]


class ServiceTable(TomlTable):
    """`[service]`: whose figures they are, by a column or a `constant`.

    `words` turns cells into ids; `make_ids` makes ids of names, lower-case with hyphens.
    """

    column: str = ""
    constant: str = ""
    words: dict[str, str] = Field(default_factory=dict)
    make_ids: bool = False


class PeriodTable(TomlTable):
    """`[period]`: when they were, by a column in a `form` (see `period_forms`) or a `constant`."""

    column: str = ""
    constant: str = ""
    form: str = ISO
    covers: Covers = "itself"
    first_month: Annotated[int, Field(ge=0, le=12)] = 0


class ColumnTable(TomlTable):
    """`[figures."Header"]`: what a column of figures holds.

    `measure` is `measure` or `measure:channel`. A column that is for one `period` (an ISO period)
    says so. `percent` are percentages, with or without their sign.
    """

    measure: _Measure
    period: str = ""
    percent: bool = False


class TidyTable(TomlTable):
    """`[tidy]`: one row a figure, in the column `value`.

    `measure` and `channel` are columns or, in `measure_is` and `channel_is`, constants. `measures`
    and `channels` turn their words into perfsite's; then every word has to be named. A word may
    stand for `measure:channel`.
    """

    value: str
    measure: str = ""
    measure_is: str = ""
    channel: str = ""
    channel_is: str = ""
    percent: bool = False
    measures: dict[str, _Measure] = Field(default_factory=dict)
    channels: dict[str, str] = Field(default_factory=dict)


class CellsTable(TomlTable):
    """`[cells]`: how figures are written. Blank cells are missing in any case."""

    missing: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    confidential: tuple[str, ...] = ()
    thousands: str = ""
    decimal: Annotated[str, Field(pattern=r"^[.,]$")] = "."
    currency: str = ""


class RegisterTable(TomlTable):
    """`[register]`: facts about the services, for services.csv.

    `columns` maps columns of perfsite's register to columns of the table; `constants` are the same
    for every service.
    """

    columns: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)


class Map(TomlTable):
    """A whole MAP.toml.

    `note` is a constant; `note_column` a column. `keep` maps a column to the cells whose rows are
    wanted; the others are left out. `add_up` adds rows that are about the same figure. `pass_over`
    names columns that are not wanted.
    """

    service: ServiceTable
    period: PeriodTable = Field(default_factory=PeriodTable)
    figures: dict[str, _Measure | ColumnTable] = Field(default_factory=dict)
    tidy: TidyTable | None = None
    cells: CellsTable = Field(default_factory=CellsTable)
    register_: RegisterTable | None = Field(default=None, alias="register")
    note: str = ""
    note_column: str = ""
    keep: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    add_up: bool = False
    pass_over: tuple[str, ...] = ()

    @property
    def form(self) -> PeriodForm:
        """The form of the period's column.

        Raises:
            ValueError: if there is no such form.
        """
        return period_form(self.period.form, self.period.covers, self.period.first_month)

    @property
    def columns(self) -> dict[str, ColumnTable]:
        """The columns of figures of a wide table, each with all that is said of it."""
        return {
            name: what if isinstance(what, ColumnTable) else ColumnTable(measure=what)
            for name, what in self.figures.items()
        }

    @property
    def named(self) -> list[tuple[str, str]]:
        """Every column of the table that the map needs: the entry that names it, and its name."""
        tidy, register = self.tidy, self.register_
        columns = [
            ("service.column", self.service.column),
            ("period.column", self.period.column),
            ("note_column", self.note_column),
            *(("figures", name) for name in self.figures),
            *(("keep", name) for name in self.keep),
        ]
        if tidy:
            columns += [("tidy.value", tidy.value), ("tidy.measure", tidy.measure)]
            columns += [("tidy.channel", tidy.channel)]
        if register:
            columns += [(f"register.columns.{key}", name) for key, name in register.columns.items()]
        return [(entry, name) for entry, name in columns if name]


def parse_map(text: str, path: str) -> Map:
    """Read the text of a MAP.toml.

    Raises:
        ConfigError: naming what is wrong and what was expected of it.
    """
    read = read_settings(Map, text, path)
    if wrong := list(_contradictions(read)):
        raise ConfigError("\n".join(f"{path}: {sentence}" for sentence in wrong))
    return read


def _contradictions(read: Map) -> Iterator[str]:
    """What the entries of a map say against each other, each a sentence."""
    yield from _service_contradictions(read.service)
    yield from _period_contradictions(read)
    if bool(read.tidy) == bool(read.figures):
        yield "figures: columns of figures, or [tidy], is expected, and not both"
    if read.tidy:
        yield from _tidy_contradictions(read.tidy)
    if read.register_:
        yield from _register_contradictions(read.register_)


def _service_contradictions(service: ServiceTable) -> Iterator[str]:
    if bool(service.column) == bool(service.constant):
        yield "service: a column or a constant is expected, and not both"
    for service_id in (service.constant, *service.words.values()):
        if service_id and (reason := why_not_an_id(service_id)):
            yield f"service: {service_id!r} is no id: it needs {reason}"
    if service.words and service.make_ids:
        yield "service: words or make_ids is expected, not both"


def _period_contradictions(read: Map) -> Iterator[str]:
    period = read.period
    of_columns = {f"figures.{name}.period": what.period for name, what in read.columns.items()}
    if period.column and period.constant:
        yield "period: a column or a constant is expected, not both"
    if not (period.column or period.constant or (of_columns and all(of_columns.values()))):
        yield "period: a column or a constant is expected, or a period for each column of figures"
    for entry, code in {"period.constant": period.constant, **of_columns}.items():
        try:
            Period.parse(code or "2000")
        except ValueError as error:
            yield f"{entry}: {error}"
    try:
        _ = read.form
    except ValueError as error:
        yield f"period: {error}"


def _register_contradictions(register: RegisterTable) -> Iterator[str]:
    keys = [*register.columns, *register.constants]
    for key in keys:
        if key not in REGISTER_COLUMNS[1:]:
            expected = ", ".join(REGISTER_COLUMNS[1:])
            yield f"register: {key} is no column of the register; it has {expected}"
    for key in ("name", "department"):
        if key not in keys:
            yield f"register: {key} is expected, in register.columns or register.constants"


def _tidy_contradictions(tidy: TidyTable) -> Iterator[str]:
    if bool(tidy.measure) == bool(tidy.measure_is):
        yield "tidy: measure, a column, or measure_is, a constant, is expected, and not both"
    if tidy.measure_is and not MEASURE.fullmatch(tidy.measure_is):
        yield f"tidy.measure_is: {tidy.measure_is!r} is no measure"
    if tidy.channel or tidy.channel_is:
        both = [word for word, measure in tidy.measures.items() if ":" in measure]
        both += [tidy.measure_is] if ":" in tidy.measure_is else []
        for word in both:
            yield f"tidy: {word} has a channel already, and so has the row; give one of them"
    for channel in (tidy.channel_is, *tidy.channels.values()):
        if channel and not CHANNEL.fullmatch(channel):
            yield f"tidy: {channel!r} is no channel: a lower-case name is expected"
    if tidy.channel and tidy.channel_is:
        yield "tidy: channel, a column, or channel_is, a constant, is expected, not both"
