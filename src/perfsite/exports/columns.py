"""The columns of the CSV files: what a cell may hold, in which unit, and what it means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from perfsite import model
from perfsite.kpis import CURRENCY, KPIS, SHARE, Kpi, Place, at, in_the_ledger
from perfsite.measures import MeasureKind
from perfsite.model import CellForm, Status
from perfsite.text import message

# The words that say whether a figure is there, and if not, why not; and what each means.


Words = tuple[tuple[str, str], ...]
"""The words that a column may hold, and what each means."""
PART_ABOVE_WHOLE: Final = "part_above_whole"
STATUSES: Final[Words] = (
    (Status.PROVIDED, message("the figure was provided")),
    (Status.OLDER, message("provided, but for a period before the site's newest")),
    (Status.WITHHELD, message("a part is larger than its whole, so no ratio is published")),
    (Status.NOT_PROVIDED, message("no figure was provided, or not all that it is made of")),
    (Status.NOT_APPLICABLE, message("there can be no such figure")),
    (Status.CONFIDENTIAL, message("there is a figure, and it is confidential")),
)
MARKS: Final[Words] = (
    ("provisional", message("the number was marked [p]")),
    ("estimated", message("the number was marked [e]")),
    ("revised", message("the number was marked [r]")),
    ("break_in_series", message("the number was marked [b]")),
)
CARRIED: Final = "carried_over"
RETRACTED: Final = "retracted"
STATES: Final[Words] = (
    ("provided", message("there is a figure")),
    ("withheld", message("a part is larger than its whole, so no ratio is published")),
    ("incomplete", message("something that the figure is made of was given, but not all")),
    ("confidential", message("there is a figure, and it is confidential")),
    ("not_applicable", message("there can be no such figure")),
    ("not_asked", message("the service was not open all the time, or owed none for this quarter")),
    ("late", message("the service has been behind in its own rhythm for less than a year")),
    ("stopped", message("it has been behind for a year or more, and gave figures before")),
    ("missing", message("a later figure came without this one, or none ever came")),
)


# The columns of the CSV files: what a cell may hold, in which unit, and what it means.
#
# Which file has which columns is in `tables`. The texts are for readers, in English; a page says
# them in its own language.


class Datatype(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    ADDRESS = "address"
    PERIOD = "period"
    DATE = "date"
    NUMBER = "number"
    COUNT = "count"
    YES_NO = "yes or no"


_PART = "[0-9]{4}(-([0-9]{2}(-[0-9]{2})?|W[0-9]{2}|Q[1-4]))?"
PERIOD_PATTERN: Final = f"{_PART}(/{_PART})?"
"""The form of `Period.code`: one part, or the first and the last of a run."""
ID_PATTERN: Final = "[a-z0-9]+(-[a-z0-9]+)*"
NAME_PATTERN: Final = "[a-z][a-z0-9_]*"
ADDRESS_PATTERN: Final = "[A-Za-z]+://[^ ]+"
"""Looser than the standards of addresses: those of the register may have letters beyond ASCII."""


@dataclass(frozen=True)
class DataColumn:
    """A column. A blank cell is allowed unless it is `required`.

    `words` are what a cell is made of, and `pattern` is a regular expression for the whole of it;
    without one a cell is one of the words. A `positive` number is 0 or more; `maximum` is the most
    that a number can be. `language` is that of the texts, empty for the site's first.
    """

    name: str
    description: str
    datatype: Datatype = Datatype.TEXT
    required: bool = False
    unit: str = ""
    words: Words = ()
    pattern: str = ""
    positive: bool = False
    maximum: int | None = None
    language: str = ""

    @property
    def form(self) -> str:
        """The pattern of a cell, given or implied; empty where a cell is any text."""
        if self.datatype is Datatype.PERIOD:
            return PERIOD_PATTERN
        if self.datatype is Datatype.ADDRESS:
            return ADDRESS_PATTERN
        return self.pattern or "|".join(word for word, _ in self.words)

    def unit_in(self, currency: str) -> str:
        """The unit, with the site's own currency as its code: `GBP`."""
        return currency if self.unit == CURRENCY else self.unit


def _words(all_: Words, *left_out: str) -> Words:
    return tuple(pair for pair in all_ if pair[0] not in left_out)


_FORMS: Final = {CellForm.ADDRESS: Datatype.ADDRESS, CellForm.PERIOD: Datatype.PERIOD}
REGISTER: Final = tuple(
    DataColumn(
        column.name,
        column.description,
        _FORMS.get(column.form, Datatype.TEXT),
        required=column.required,
        pattern=ID_PATTERN if column.form is CellForm.ID else "",
    )
    for column in model.REGISTER.values()
)
"""The columns of the register."""
_SERVICE = REGISTER[0]


def _kpi_column(kpi: Kpi) -> DataColumn:
    """The headline value of a KPI."""
    return DataColumn(
        kpi.id,
        kpi.definition,
        Datatype.NUMBER,
        unit=kpi.unit,
        positive=kpi.kind is not MeasureKind.NUMBER,
        maximum=1 if kpi.kind is MeasureKind.SHARE else None,
    )


def headline(kpi: Kpi) -> tuple[DataColumn, ...]:
    """The three columns of data/services.csv that a KPI has."""
    return (
        _kpi_column(kpi),
        DataColumn(f"{kpi.id}_period", message("The period of this figure"), Datatype.PERIOD),
        DataColumn(
            f"{kpi.id}_status",
            message("Whether this figure is there, and if not, why not"),
            required=True,
            words=STATUSES,
        ),
    )


_PERIOD = DataColumn(
    "period", message("The period, in one spelling of ISO 8601"), Datatype.PERIOD, required=True
)
_MARK = "|".join(word for word, _ in MARKS)
_OBSERVATION_STATUS = DataColumn(
    "status",
    message("Whether there is a value, and if not, why not; and the marks of the value"),
    required=True,
    words=(
        *_words(STATUSES, Status.OLDER, Status.WITHHELD),
        *MARKS,
        (
            PART_ABOVE_WHOLE,
            message("published as given; it is one of a pair of which one must be wrong"),
        ),
        (
            CARRIED,
            message("what was sent for this edition could not be used; this is an earlier figure"),
        ),
        (RETRACTED, message("there was a figure, and it was taken back; the note says why")),
    ),
    pattern=f"(provided( ({_MARK}))*|not_provided|not_applicable|confidential)"
    f"( {CARRIED})?( {PART_ABOVE_WHOLE})?|not_provided {RETRACTED}",
)
OBSERVATIONS: Final = (
    _SERVICE,
    _PERIOD,
    DataColumn("measure", message("What was measured"), required=True, pattern=NAME_PATTERN),
    DataColumn("channel", message("The channel; blank for all channels together")),
    DataColumn(
        "value",
        message("The figure as it was given: counts, amounts, shares from 0 to 1, seconds"),
        Datatype.NUMBER,
    ),
    _OBSERVATION_STATUS,
    DataColumn("note", message("What was said about the figure")),
    DataColumn("source", message("The file and the row in which the figure stands"), required=True),
)
OBSERVATIONS_OF_A_SERVICE: Final = (
    *OBSERVATIONS[:-1],
    DataColumn(
        "source",
        message(
            "The file in which the figure stands, then # and its place among the rows of this "
            "service in that file, the first being 1; for a figure that an edition lends, the file "
            "of the edition, then : and the row of the whole file"
        ),
        required=True,
        pattern="editions/.+:[0-9]+|.+#[1-9][0-9]*",
    ),
)
"""The columns of the file of one service, which changes with the rows of this service alone."""


def _kpi(ids: tuple[str, ...]) -> DataColumn:
    words = tuple((key, KPIS[key].name) for key in ids)
    return DataColumn("kpi", message("The figure that is published"), required=True, words=words)


_NUMERATOR = DataColumn(
    "numerator",
    message("What was divided; blank where the figure was given as it is"),
    Datatype.NUMBER,
    positive=True,
)
_DENOMINATOR = DataColumn(
    "denominator",
    message("What it was divided by; blank where the figure is no ratio"),
    Datatype.NUMBER,
    positive=True,
)
_KPI_FIGURES: Final = (
    DataColumn("period", message("The period; blank where there is no figure"), Datatype.PERIOD),
    DataColumn(
        "value",
        message("The figure: transactions, an amount, or a share from 0 to 1"),
        Datatype.NUMBER,
        positive=True,
    ),
    _NUMERATOR,
    _DENOMINATOR,
    DataColumn(
        "status",
        message("Whether there is a value, and if not, why not"),
        required=True,
        words=_words(STATUSES, Status.OLDER),
    ),
)
_GROUP_FIGURES: Final = (
    DataColumn("period", message("The 12 months"), Datatype.PERIOD, required=True),
    DataColumn(
        "value",
        message("The figure of the group: transactions, an amount, or a share from 0 to 1"),
        Datatype.NUMBER,
        required=True,
        positive=True,
    ),
    _NUMERATOR,
    _DENOMINATOR,
    DataColumn(
        "services",
        message("How many of the group's services stand behind the figure"),
        Datatype.COUNT,
        required=True,
        unit="services",
    ),
    DataColumn(
        "of",
        message(
            "How many services of the group could stand behind it: those that were open in all of "
            "the 12 months, or report for them"
        ),
        Datatype.COUNT,
        required=True,
        unit="services",
    ),
    DataColumn(
        "like_for_like_value",
        message("The figure of the services that have this period and the same a year before"),
        Datatype.NUMBER,
        positive=True,
    ),
    DataColumn(
        "like_for_like_year_before",
        message("The figure of the same services a year before"),
        Datatype.NUMBER,
        positive=True,
    ),
    DataColumn(
        "like_for_like_services",
        message("How many services have both periods"),
        Datatype.COUNT,
        required=True,
        unit="services",
    ),
    DataColumn(
        "like_for_like_constant_volumes",
        message(
            "What a ratio of these services would be now if each had the volume that it had a year "
            "before; blank where the figure is no ratio"
        ),
        Datatype.NUMBER,
        positive=True,
    ),
    DataColumn(
        "withheld",
        message("How many of the services that could stand behind it have a withheld figure"),
        Datatype.COUNT,
        required=True,
        unit="services",
    ),
    DataColumn(
        "stocks",
        message(
            "How much of the numerator is of stocks: people or claims on a day, not transactions "
            "in a year"
        ),
        Datatype.NUMBER,
        required=True,
        positive=True,
    ),
    DataColumn(
        "largest",
        message(
            "The id of the service that makes half or more of it; blank where none does, or only "
            "one reports"
        ),
        pattern=ID_PATTERN,
    ),
    DataColumn(
        "largest_share",
        message("The share of this service in the numerator, or in a ratio's denominator"),
        Datatype.NUMBER,
        unit=SHARE,
        positive=True,
        maximum=1,
    ),
    DataColumn(
        "without_largest_value",
        message("The figure of all others that report"),
        Datatype.NUMBER,
        positive=True,
    ),
    DataColumn(
        "without_largest_like_for_like_value",
        message("The figure of the others that have this period and the same a year before"),
        Datatype.NUMBER,
        positive=True,
    ),
    DataColumn(
        "without_largest_like_for_like_year_before",
        message("The figure of these others a year before"),
        Datatype.NUMBER,
        positive=True,
    ),
    DataColumn(
        "without_largest_like_for_like_services",
        message("How many others have both periods"),
        Datatype.COUNT,
        unit="services",
    ),
    DataColumn(
        "silent_services",
        message(
            "How many open services reported before and not for this period or later; blank where "
            "this is not the group's headline"
        ),
        Datatype.COUNT,
        unit="services",
    ),
    DataColumn(
        "silent_share",
        message(
            "The share that these had of a year before, or of their last figure where they stopped "
            "earlier"
        ),
        Datatype.NUMBER,
        unit=SHARE,
        positive=True,
        maximum=1,
    ),
    DataColumn(
        "panel_value",
        message("The point of the like-for-like line; blank where the line does not reach"),
        Datatype.NUMBER,
        positive=True,
    ),
    DataColumn(
        "panel_services",
        message("How many services the line follows"),
        Datatype.COUNT,
        unit="services",
    ),
    DataColumn(
        "complete", message("Whether enough services reported"), Datatype.YES_NO, required=True
    ),
)
_HEALTH: Final = (
    DataColumn("period", message("The quarter"), Datatype.PERIOD, required=True),
    DataColumn("state", message("What there is for this quarter"), required=True, words=STATES),
)


def kpi_columns() -> tuple[DataColumn, ...]:
    """The columns of data/kpis.csv."""
    return (_SERVICE, _kpi(tuple(KPIS)), *_signed(_KPI_FIGURES, tuple(KPIS)))


def health_columns() -> tuple[DataColumn, ...]:
    """The columns of the ledger of data health."""
    return (_SERVICE, _kpi(in_the_ledger()), *_HEALTH)


def group_columns(kind: str, named: str) -> tuple[DataColumn, ...]:
    """The columns of a file about groups of a kind: the group's name, and its figures."""
    kpis = at(Place.GROUP)
    return (DataColumn(kind, named, required=True), _kpi(kpis), *_signed(_GROUP_FIGURES, kpis))


def _signed(columns: tuple[DataColumn, ...], kpis: tuple[str, ...]) -> tuple[DataColumn, ...]:
    """The columns, whose numbers may be below zero where a KPI is any number."""
    if all(KPIS[kpi].kind is not MeasureKind.NUMBER for kpi in kpis):
        return columns
    return tuple(
        replace(column, positive=False) if column.datatype is Datatype.NUMBER else column
        for column in columns
    )


# The columns of the files about editions: what changed between them, and what each held.


CHANGES: Final[Words] = (
    ("first_published", message("published for the first time")),
    (
        "backfilled",
        message(
            "published for the first time, for a period that the edition before already had, of a "
            "service that it already had"
        ),
    ),
    ("revised", message("changed as planned, to better data")),
    ("corrected", message("changed because the earlier figure was wrong")),
    (
        "restated",
        message("changed, and nobody has said whether as planned or to mend an error"),
    ),
    ("withdrawn", message("published in the edition before, and not any more")),
    ("suppressed", message("published in the edition before, and confidential now")),
    ("service_added", message("the service came into the register")),
    ("service_removed", message("the service left the register, and its figures with it")),
    ("service_renamed", message("the service has another name")),
    ("service_moved", message("the service belongs to another organisation")),
    ("service_new_id", message("the service has another id, and so another address")),
)
"""What can become of a figure and of a service from one edition to the next."""
REVISIONS: Final = (
    DataColumn(
        "service",
        message("The id of the service, also of one that has left the register"),
        required=True,
        pattern=ID_PATTERN,
    ),
    DataColumn(
        "period",
        message("The period of the figure; blank where the service itself changed"),
        Datatype.PERIOD,
    ),
    DataColumn("measure", message("What was measured; blank likewise"), pattern=NAME_PATTERN),
    DataColumn("channel", message("The channel; blank for all channels together")),
    DataColumn("change", message("What became of it"), required=True, words=CHANGES),
    DataColumn(
        "before", message("The figure, name or organisation in the edition before; blank for none")
    ),
    DataColumn("now", message("The figure, name or organisation since; blank for none")),
    DataColumn(
        "edition_before",
        message("The date of the edition before"),
        Datatype.DATE,
        required=True,
    ),
    DataColumn(
        "edition",
        message("The date of the edition in which it changed; blank for what is not frozen yet"),
        Datatype.DATE,
    ),
    DataColumn("reason", message("Why, where somebody has said")),
)
"""The columns of data/revisions.csv."""
EDITION: Final = DataColumn(
    "edition", message("The date of the edition"), Datatype.DATE, required=True
)


def edition_columns(name: str, header: tuple[str, ...]) -> tuple[DataColumn, ...]:
    """The columns of a file of an edition, whose `header` may have columns of other languages."""
    by_name = {
        column.name: column
        for column in {
            "services": REGISTER,
            "observations": OBSERVATIONS,
            "kpis": kpi_columns(),
        }[name]
    }
    described = []
    for column in header:
        base, _, language = column.rpartition("_")
        if column == EDITION.name:
            described.append(EDITION)
        elif column in by_name:
            described.append(by_name[column])
        else:
            described.append(DataColumn(column, by_name[base].description, language=language))
    return tuple(described)
