"""The frames that pass from one module to another: their columns, once for code, tests and readers.

A frame that stays within a module is described where it is made. Each of the others has a
`FrameSchema` here, from which docs/frames.md is made. `entering` holds a frame against its schema
where it enters a stage, when a command was told to say what it does (`-v`), and in all tests; else
it does nothing. The names of columns are attributes of `Col`.

It is long, because every column and every frame is described in this one place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from perfsite.stages import is_heard

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd


class Col:
    """The names of the columns; short, because it stands wherever a frame is used."""

    BROKEN: Final = "broken"
    CHANGE: Final = "change"
    CHANNEL: Final = "channel"
    COLUMN: Final = "column"
    COUNT: Final = "count"
    DENOMINATOR: Final = "denominator"
    END: Final = "end"
    EXCESS: Final = "excess"
    EXCESS_OF: Final = "excess_of"
    FILE: Final = "file"
    FIRST: Final = "first"
    FLAGGED: Final = "flagged"
    FLAGS: Final = "flags"
    GROUP: Final = "group"
    KIND: Final = "kind"
    KPI: Final = "kpi"
    MAIN: Final = "main"
    MARKS: Final = "marks"
    MAX: Final = "max"
    MEASURE: Final = "measure"
    MIN: Final = "min"
    NOTE: Final = "note"
    NUMERATOR: Final = "numerator"
    PART: Final = "part"
    PATH: Final = "path"
    PERIOD: Final = "period"
    PERIOD_CODE: Final = "period_code"
    PROVIDED: Final = "provided"
    RATIO: Final = "ratio"
    REASON: Final = "reason"
    RELEASE: Final = "release"
    RELEASE_AT: Final = "release_at"
    ROW: Final = "row"
    SECRET: Final = "secret"  # noqa: S105 - the name of a column
    SERIES: Final = "series"
    SERVICE: Final = "service"
    SERVICE_ROW: Final = "service_row"
    SOURCE: Final = "source"
    START: Final = "start"
    STATE: Final = "state"
    STATED: Final = "stated"
    STATUS: Final = "status"
    STATUS_BEFORE: Final = "status_before"
    STATUS_NOW: Final = "status_now"
    STOCK: Final = "stock"
    SUMMED: Final = "summed"
    UNCERTAIN: Final = "uncertain"
    UNIT: Final = "unit"
    UNTIL: Final = "until"
    VALUE: Final = "value"
    VALUE_BEFORE: Final = "value_before"
    VALUE_NOW: Final = "value_now"
    WEIGHT: Final = "weight"
    WHY: Final = "why"


class FrameError(TypeError):
    """A frame that is not what the stage which it enters was promised: a fault of perfsite."""


class DataType(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    BOOLEAN = "true or false"
    LABEL = "text, or a whole number"


_KINDS: Final = {
    DataType.TEXT: "OTU",
    DataType.WHOLE: "iu",
    DataType.NUMBER: "fiu",
    DataType.BOOLEAN: "b",
    DataType.LABEL: "OTUiu",
}
"""The kinds of numpy that a column of each type may have; pandas' own text has "O"."""


@dataclass(frozen=True)
class Field:
    """A column of a frame.

    Attributes:
        name: what it is called, an attribute of `Col`.
        type: what its cells are.
        meaning: what a cell says, in a sentence without its full stop.
        unit: in what a number is counted; empty where the meaning says it, or there is none.
        nullable: whether a cell may have nothing (NaN). Text that is not there is empty instead.
    """

    name: str
    type: DataType
    meaning: str
    unit: str = ""
    nullable: bool = False

    def found_in(self, column: pd.Series) -> str:
        """What a column of this name has that it should not have; empty where all is well."""
        dtype = column.dtype
        # A column of no rows has often no type yet.
        if len(column) and dtype.kind not in _KINDS[self.type]:
            return str(dtype)
        if not self.nullable and column.isna().any():
            return f"nothing, in {int(column.isna().sum())} of {len(column)} rows"
        if self.type is DataType.TEXT and len(column) and not isinstance(column.iloc[0], str):
            return "" if self.nullable else type(column.iloc[0]).__name__
        return ""

    @property
    def expected(self) -> str:
        """What a column of this name should have, for messages."""
        return f"{self.type}{' or nothing' if self.nullable else ''}"


@dataclass(frozen=True)
class FrameSchema:
    """What a frame is.

    Attributes:
        name: what it is called, in a word or two.
        meaning: what it holds, and what a row is.
        made_by: the function or the attribute that it comes from.
        fields: its columns; their order is no part of it.
        key: the columns whose values no two rows share; empty where rows may be alike.
        open: whether it may have other columns, too.
    """

    name: str
    meaning: str
    made_by: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    open: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(field.name for field in self.fields)

    def check(self, frame: pd.DataFrame, stage: str) -> None:
        """Hold a frame against this.

        Raises:
            FrameError: naming the stage that the frame enters, the column, what was found there and
                what is expected.
        """
        names = [str(name) for name in frame.columns]
        for field in self.fields:
            if field.name not in names:
                raise self._error(stage, field.name, "no such column", field.expected)
            if found := field.found_in(frame[field.name]):
                raise self._error(stage, field.name, found, field.expected)
        if not self.open and (extra := [name for name in names if name not in self.columns]):
            raise self._error(stage, extra[0], "a column", "no such column")
        if self.key and (twice := frame.duplicated(list(self.key))).any():
            row = ", ".join(str(cell) for cell in frame.loc[twice, list(self.key)].iloc[0])
            raise self._error(stage, " + ".join(self.key), f"{row} again", "once")

    def _error(self, stage: str, column: str, found: str, expected: str) -> FrameError:
        return FrameError(
            f"{stage}: the frame {self.name} has in {column}: {found}; expected: {expected}"
        )


def entering(stage: str, schema: FrameSchema, frame: pd.DataFrame) -> None:
    """A frame enters a stage: hold it against its schema, if anybody listens to the stages.

    Raises:
        FrameError: if it is not what it should be.
    """
    if is_heard():
        schema.check(frame, stage)


# The columns. What one means is the same in every frame that has it, or said there.


_TEXT, _WHOLE, _NUMBER, _BOOLEAN, _LABEL = DataType

_FIELDS: Final = {
    field.name: field
    for field in (
        Field(Col.SERVICE, _TEXT, "the id of a service in the register"),
        Field(Col.PERIOD, _TEXT, "the code of a period, its one spelling: `2018-Q1`"),
        Field(Col.UNIT, _TEXT, "what the period is counted in: `day`, `week` or `month`"),
        Field(
            Col.FIRST,
            _WHOLE,
            "the first unit of the period, counted from the start of the calendar",
            "days, weeks or months",
        ),
        Field(Col.COUNT, _WHOLE, "how long the period is", "days, weeks or months"),
        Field(Col.START, _WHOLE, "the first day of the period, as `date.toordinal`", "days"),
        Field(Col.END, _WHOLE, "the last day of the period, as `date.toordinal`", "days"),
        Field(Col.MEASURE, _TEXT, "the id of a measure"),
        Field(Col.CHANNEL, _TEXT, "the channel; empty for all of them together"),
        Field(Col.VALUE, _NUMBER, "the figure", "that of the measure or KPI", nullable=True),
        Field(
            Col.STATUS,
            _TEXT,
            "whether the figure is there, and if not, why not: a word of `model.Status`",
        ),
        Field(Col.MARKS, _TEXT, "letters of the marks that the number carries: `p`, `e`, `r`, `b`"),
        Field(Col.NOTE, _TEXT, "the remark, as it was given"),
        Field(Col.SOURCE, _TEXT, "where the figure stands, as `file:row`"),
        Field(Col.FILE, _TEXT, "the path of the file, below the data folder"),
        Field(Col.ROW, _WHOLE, "the row of a CSV file, from 1, or the record of a JSON file"),
        Field(
            Col.SERVICE_ROW,
            _WHOLE,
            "the place of the row among those of its service in the file, from 1, those with "
            "errors counted too; 0 where an edition lends the figure",
        ),
        Field(Col.COLUMN, _TEXT, "the name of the column that the figure stands in"),
        Field(Col.RELEASE_AT, _TEXT, "the day of release, as it was written"),
        Field(
            Col.RELEASE,
            _TEXT,
            "the day from which on the figure may be published, `2018-09-20`; empty for at once, "
            "and `9999-12-31` for never",
        ),
        Field(
            Col.SECRET,
            _NUMBER,
            "the number of a suppressed figure, never to be published",
            "that of the measure",
            nullable=True,
        ),
        Field(Col.FLAGGED, _BOOLEAN, "whether a part is larger here than its whole"),
        Field(
            Col.WHY,
            _TEXT,
            "why it is not public: `suppressed`, `embargoed` or `held back`",
        ),
        Field(Col.UNTIL, _TEXT, "the day from which on it is public; empty where there is none"),
        Field(
            Col.PART,
            _TEXT,
            "what a KPI is made of: a measure, or `transactions:digital`; in a run of periods also "
            "a measure and one of its channels",
        ),
        Field(Col.BROKEN, _BOOLEAN, "whether a break in the series was marked (`[b]`)"),
        Field(
            Col.FLAGS,
            _WHOLE,
            "what is known beside the number, as bits: `kpi.windows.Flag`, and from bit 8 on a KPI "
            "whose part exceeds its whole",
        ),
        Field(Col.SUMMED, _BOOLEAN, "whether perfsite added it up from shorter periods"),
        Field(
            Col.STATED, _NUMBER, "the figure that was given for the whole", "that of the measure"
        ),
        Field(
            Col.RATIO, _NUMBER, "how many times the years given the sums of their parts are", "1"
        ),
        Field(Col.KPI, _TEXT, "the id of a KPI"),
        Field(
            Col.NUMERATOR, _NUMBER, "what stands above the line", "that of its parts", nullable=True
        ),
        Field(
            Col.DENOMINATOR,
            _NUMBER,
            "what stands below the line",
            "that of its parts",
            nullable=True,
        ),
        Field(
            Col.UNCERTAIN,
            _NUMBER,
            "how far the value may be off, up or down; 0 where it is exactly known",
            "that of the KPI",
        ),
        Field(
            Col.EXCESS,
            _WHOLE,
            "in how many shorter periods inside this one a part exceeds its whole",
            "periods",
        ),
        Field(
            Col.EXCESS_OF,
            _WHOLE,
            "of how many, where periods of one length fill this one; else 0",
            "periods",
        ),
        Field(
            Col.STOCK,
            _BOOLEAN,
            "whether the numerator is a stock, whose years are no sums of quarters",
        ),
        Field(
            Col.WEIGHT,
            _NUMBER,
            "what decides how much a service says in a group: the numerator of a sum, the "
            "denominator of a ratio",
            "that of its parts",
        ),
        Field(Col.STATE, _TEXT, "a word of `reporting.State`"),
        Field(Col.GROUP, _WHOLE, "a number for each service, measure and channel"),
        Field(Col.SERIES, _WHOLE, "a number for each group and length of period"),
        Field(Col.PROVIDED, _BOOLEAN, 'whether the status is "provided"'),
        Field(Col.PERIOD_CODE, _TEXT, "the code of the period, where it can be read"),
        Field(Col.PATH, _TEXT, "the address of a file of the site"),
        Field(Col.CHANGE, _TEXT, "what became of the row"),
        Field(Col.KIND, _TEXT, "what became of the figure: a word of `revisions.Kind`"),
        Field(Col.VALUE_BEFORE, _TEXT, "the number before; empty where there was none"),
        Field(Col.VALUE_NOW, _TEXT, "the number now; empty where there is none"),
        Field(Col.STATUS_BEFORE, _TEXT, "the status before; empty where there was no row"),
        Field(Col.STATUS_NOW, _TEXT, "the status now; empty where there is no row"),
        Field(Col.REASON, _TEXT, "why it changed, in somebody's words; may be empty"),
        Field(Col.MIN, _WHOLE, "the place of its first row", "rows"),
        Field(Col.MAX, _WHOLE, "the place of its last row", "rows"),
        Field(Col.MAIN, _BOOLEAN, "whether it is the length that is shown first"),
    )
}


def _fields(*names: str, nullable: Collection[str] = ()) -> tuple[Field, ...]:
    """The columns of these names; some of them may have nothing here."""
    return tuple(
        replace(_FIELDS[name], nullable=True) if name in nullable else _FIELDS[name]
        for name in names
    )


def _texts(*names: str) -> tuple[Field, ...]:
    """The columns of these names where every cell is text, as in a file."""
    return tuple(replace(_FIELDS[name], type=_TEXT, unit="", nullable=False) for name in names)


# The frames, in the order in which figures go through them.


_FIGURE: Final = (Col.SERVICE, Col.PERIOD, Col.MEASURE, Col.CHANNEL)
_SPAN: Final = (Col.UNIT, Col.COUNT, Col.FIRST)

TABLE: Final = FrameSchema(
    "table",
    "a table of a file, every cell as text, and the row that each stands in; the other columns are "
    "the file's own",
    "tables.read_table",
    _fields(Col.ROW),
    open=True,
)
SUBMISSION: Final = FrameSchema(
    "submission",
    "the figures of a submission, a row each, in whatever form they came; all is still text",
    "validate.submissions.long_table",
    (
        *_fields(Col.FILE, Col.ROW, Col.SERVICE_ROW, Col.COLUMN),
        *_texts(*_FIGURE, Col.VALUE, Col.NOTE, Col.RELEASE_AT),
    ),
)
READ_PERIODS: Final = FrameSchema(
    "periods read",
    "the period of each row of the submissions; a row that has none that can be read has nothing",
    "validate.names.parse_periods",
    (
        *_fields(Col.PERIOD_CODE, Col.UNIT, nullable=(Col.PERIOD_CODE, Col.UNIT)),
        *(replace(_FIELDS[name], type=_NUMBER, nullable=True) for name in (Col.FIRST, Col.COUNT)),
    ),
)
READ_VALUES: Final = FrameSchema(
    "values read",
    "what the cell of each row of the submissions says",
    "validate.values.check_values",
    _fields(Col.VALUE, Col.STATUS, Col.MARKS, Col.SECRET, nullable=(Col.STATUS, Col.MARKS)),
)
SENT: Final = FrameSchema(
    "observations sent",
    "every observation that can be understood, present or missing, public or not, a row each; "
    "sorted by service (in the order of the register), measure, channel and period",
    "validate.observations.read_observations",
    _fields(
        *(Col.SERVICE, Col.PERIOD, Col.UNIT, Col.FIRST, Col.COUNT, Col.MEASURE, Col.CHANNEL),
        *(Col.VALUE, Col.STATUS, Col.MARKS, Col.NOTE, Col.FILE, Col.ROW, Col.SERVICE_ROW),
        *(Col.SECRET, Col.RELEASE),
    ),
    key=(*_FIGURE, Col.RELEASE),
)
OBSERVATIONS: Final = FrameSchema(
    "observations",
    "the observations that may be published on a day, in the order of those sent; the value is "
    'missing exactly where the status is not "provided"',
    "policy.embargo.release, and later policy.decide",
    tuple(column for column in SENT.fields if column.name not in {Col.SECRET, Col.RELEASE}),
    key=_FIGURE,
)
MARKED: Final = FrameSchema(
    "observations marked",
    "the observations, held against each other; those of an edition as well",
    "validate.consistency.check_consistency, and editions.EditionFigures.observations",
    (*OBSERVATIONS.fields, *_fields(Col.FLAGGED)),
    key=_FIGURE,
)
SECRETS: Final = FrameSchema(
    "secrets",
    "the figures that must not be published on a day; the value is missing where nobody told it",
    "policy.embargo.release and policy.embargo.hold_back",
    _fields(*_FIGURE, Col.VALUE, Col.WHY, Col.UNTIL, Col.FILE, Col.ROW),
)
INPUTS: Final = FrameSchema(
    "inputs",
    "the inputs of KPIs: one figure a service, period and part, all channels together",
    "kpi.inputs.resolve",
    _fields(
        *(Col.SERVICE, *_SPAN, Col.PART, Col.VALUE, Col.STATUS, Col.BROKEN, Col.FLAGS, Col.SUMMED)
    ),
    key=(Col.SERVICE, *_SPAN, Col.PART),
)
MISMATCHES: Final = FrameSchema(
    "mismatches",
    "the totals that were given and are not the sum of their channels",
    "kpi.inputs.resolve",
    (
        *_fields(Col.SERVICE, *_SPAN, Col.MEASURE, Col.STATED),
        Field(Col.SUMMED, _NUMBER, "the sum of the channels", "that of the measure"),
    ),
    key=(Col.SERVICE, *_SPAN, Col.MEASURE),
)
RUN: Final = FrameSchema(
    "run of periods",
    "figures of one unit of time, each once, that are to be added up to longer periods",
    "kpi.inputs and kpi.figures, for kpi.windows.tile",
    (
        # The rules tile series of which a service may have several, and number them.
        Field(
            Col.SERVICE, _LABEL, "whose they are: the id of a service, or the number of a series"
        ),
        *_fields(Col.PART, Col.COUNT, Col.FIRST, Col.VALUE),
    ),
    key=(Col.SERVICE, Col.PART, Col.COUNT, Col.FIRST),
    open=True,
)
WINDOWS: Final = FrameSchema(
    "windows",
    "the inputs for 12 months, 52 weeks or a month, given or added up from shorter periods",
    "kpi.windows.year_windows and kpi.windows.month_windows",
    _fields(Col.SERVICE, *_SPAN, Col.PART, Col.VALUE, Col.SUMMED, Col.FLAGS),
    key=(Col.SERVICE, *_SPAN, Col.PART),
)
CONFIDENTIAL_WINDOWS: Final = FrameSchema(
    "confidential windows",
    "the windows that could be added up but for a figure that is confidential",
    "kpi.windows.year_windows",
    tuple(one for one in WINDOWS.fields if one.name != Col.VALUE),
    key=WINDOWS.key,
)
CONFLICTS: Final = FrameSchema(
    "conflicts",
    "the years that were given and are not the sum of their shorter periods",
    "kpi.windows.year_windows",
    (
        *_fields(Col.SERVICE, Col.PART, Col.FIRST, Col.STATED),
        Field(Col.SUMMED, _NUMBER, "the sum of the shorter periods", "that of the measure"),
    ),
    key=(Col.SERVICE, Col.PART, Col.FIRST),
)
STOCKS: Final = FrameSchema(
    "stocks",
    "the measures of services whose years are no sums of shorter periods; the part is the one that "
    "shows it",
    "kpi.windows.year_windows",
    _fields(Col.SERVICE, Col.MEASURE, Col.PART, Col.RATIO),
    key=(Col.SERVICE, Col.MEASURE),
)
FIGURES: Final = FrameSchema(
    "figures",
    "every KPI of every service for every period of which something can be said; what is missing "
    "has no row",
    "kpi.figures.work_out",
    _fields(
        *(Col.SERVICE, Col.KPI, *_SPAN, Col.START, Col.END, Col.VALUE, Col.NUMERATOR),
        *(Col.DENOMINATOR, Col.UNCERTAIN, Col.STATUS, Col.MARKS, Col.EXCESS, Col.EXCESS_OF),
        Col.STOCK,
    ),
    key=(Col.SERVICE, Col.KPI, *_SPAN),
)
HEADLINES: Final = FrameSchema(
    "headlines",
    "the figures that speak for their service and KPI",
    "kpi.headlines.headlines",
    FIGURES.fields,
    key=(Col.SERVICE, Col.KPI),
)
YEARS: Final = FrameSchema(
    "years that add up",
    "the figures of 12 months that groups are added up from",
    "kpi.groups.yearly",
    (*FIGURES.fields, *_fields(Col.WEIGHT)),
    key=(Col.SERVICE, Col.KPI, Col.FIRST),
)
REPORTING: Final = FrameSchema(
    "reporting",
    "what each service said of each KPI in each quarter",
    "kpi.reporting, the method rows",
    _fields(Col.SERVICE, Col.KPI, Col.PERIOD, Col.STATE),
    key=(Col.SERVICE, Col.KPI, Col.PERIOD),
)
INDEXED: Final = FrameSchema(
    "indexed series",
    "the observations as the rules look at them: those of a series stand together, in order "
    "of time",
    "validate.series, the attribute rows",
    (
        *OBSERVATIONS.fields,
        *_fields(Col.GROUP, Col.SERIES, Col.START, Col.END, Col.PROVIDED),
    ),
    key=_FIGURE,
    open=True,
)
LENGTHS: Final = FrameSchema(
    "lengths",
    "the lengths of period of each service that are worth showing, the main one first",
    "charts.series.ranked_grains",
    _fields(Col.SERVICE, Col.UNIT, Col.COUNT, Col.MIN, Col.MAX, Col.MAIN),
    key=(Col.SERVICE, Col.UNIT, Col.COUNT),
    open=True,
)
REGISTER_TEXT: Final = FrameSchema(
    "register as text",
    "the register, a row a service; the other columns are those of `model.Service`, and their "
    "translations",
    "editions.register_frame",
    _texts(Col.SERVICE),
    key=(Col.SERVICE,),
    open=True,
)
OBSERVATIONS_TEXT: Final = FrameSchema(
    "observations as text",
    "the observations as data/observations.csv has them, every cell as text",
    "analysis, the method content; editions.EditionFigures.rows",
    _texts(*_FIGURE, Col.VALUE, Col.STATUS, Col.NOTE, Col.SOURCE),
    key=_FIGURE,
)
KPIS_TEXT: Final = FrameSchema(
    "KPIs as text",
    "the KPIs as data/kpis.csv has them, every cell as text; one without a figure has no period",
    "analysis, the method content; editions.EditionFigures.kpis",
    _texts(
        *(Col.SERVICE, Col.KPI, Col.PERIOD, Col.VALUE, Col.NUMERATOR, Col.DENOMINATOR, Col.STATUS)
    ),
    key=(Col.SERVICE, Col.KPI, Col.PERIOD),
)
ADDRESSES_TEXT: Final = FrameSchema(
    "addresses",
    "the addresses of the site of an edition",
    "analysis, the method content",
    _texts(Col.PATH),
    key=(Col.PATH,),
)
CHANGES: Final = FrameSchema(
    "changes of an edition",
    "the rows of a table of an edition that were added, changed or removed; the other columns are "
    "the table's",
    "editions.differing",
    _texts(Col.CHANGE),
    open=True,
)
REVISED_FIGURES: Final = FrameSchema(
    "revisions",
    "the figures that changed from one edition to the next",
    "revisions.compare",
    _texts(*_FIGURE, Col.KIND, Col.VALUE_BEFORE, Col.VALUE_NOW, Col.REASON),
    key=_FIGURE,
)
EARLIER_NUMBERS: Final = FrameSchema(
    "numbers said earlier",
    "the numbers that editions have said of a service and period, each once",
    "analysis, the attribute earlier",
    (*_fields(Col.SERVICE), *_texts(Col.PERIOD), replace(_FIELDS[Col.VALUE], nullable=False)),
    key=(Col.SERVICE, Col.PERIOD, Col.VALUE),
)
COMPARED: Final = FrameSchema(
    "figures compared",
    "the figures that differ between a site and new data",
    "preview.compare",
    _texts(
        *(*_FIGURE, Col.VALUE_BEFORE, Col.STATUS_BEFORE, Col.VALUE_NOW, Col.STATUS_NOW, Col.CHANGE)
    ),
    key=_FIGURE,
)

SCHEMAS: Final = (
    *(TABLE, SUBMISSION, READ_PERIODS, READ_VALUES, SENT, OBSERVATIONS, MARKED, SECRETS),
    *(INPUTS, MISMATCHES, RUN, WINDOWS, CONFIDENTIAL_WINDOWS, CONFLICTS, STOCKS),
    *(FIGURES, HEADLINES, YEARS, REPORTING, INDEXED, LENGTHS),
    *(REGISTER_TEXT, OBSERVATIONS_TEXT, KPIS_TEXT, ADDRESSES_TEXT, CHANGES, REVISED_FIGURES),
    *(EARLIER_NUMBERS, COMPARED),
)
"""All of them, in the order in which figures go through them."""
