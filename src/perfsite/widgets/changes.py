"""Changes between editions in words and tables, the same wherever they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from perfsite.components.contexts import service_href
from perfsite.components.elements import Cell, Column, Row, Table, channel_name
from perfsite.frames import Col
from perfsite.measures import MeasureKind as Quantity
from perfsite.periods import Period
from perfsite.revisions import ChangeKind, Move
from perfsite.text import message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from perfsite.language import Language
    from perfsite.measures import Measure
    from perfsite.revisions import FigureHistory, ServiceChange, ServiceHistory, Step


# Changes between editions in words and tables, the same wherever they are told.


REVISED_MARK: Final = "[r]"
KINDS: Final = {
    ChangeKind.FIRST_PUBLISHED: message("first published"),
    ChangeKind.BACKFILLED: message("given late"),
    ChangeKind.REVISED: message("revised"),
    ChangeKind.CORRECTED: message("corrected"),
    ChangeKind.RESTATED: message("restated"),
    ChangeKind.WITHDRAWN: message("withdrawn"),
    ChangeKind.SUPPRESSED: message("confidential now"),
}
MOVES: Final = {
    Move.ADDED: message("added"),
    Move.REMOVED: message("removed"),
    Move.RENAMED: message("renamed"),
    Move.MOVED: message("moved"),
    Move.NEW_ID: message("new address"),
}
NONE: Final = message("none")
_SERVICE: Final = message("Service")
_CHANGE: Final = message("What changed")
_BEFORE: Final = message("Before")
_SINCE: Final = message("Since")
_LATE: Final = message("Figures given late")
_OF_SERVICES: Final = (_SERVICE, _CHANGE, _BEFORE, _SINCE)
_OF_FIGURES: Final = (
    _SERVICE,
    message("Figure"),
    message("Period"),
    _BEFORE,
    _SINCE,
    _CHANGE,
    message("Why"),
)
_OF_LATE: Final = (_SERVICE, _LATE)


def figure_name(
    measure: str, channel: str, measures: Mapping[str, Measure], language: Language
) -> str:
    """What a figure is called: `Transactions, Digital`."""
    declared = measures.get(measure)
    name = language.say(declared.name) if declared else measure
    if not channel:
        return name
    return language.say(
        "{measure}, {channel}", measure=name, channel=channel_name(channel, language)
    )


def number(text: str, measure: str, measures: Mapping[str, Measure], language: Language) -> str:
    """A number of a data file in full, as pages write it; `none` where there is none."""
    if not text:
        return language.say(NONE)
    declared = measures.get(measure)
    return language.full_figure(float(text), declared.kind if declared else Quantity.COUNT)


def step_tables(
    step: Step,
    names: Mapping[str, str],
    measures: Mapping[str, Measure],
    language: Language,
) -> tuple[Table, ...]:
    """What changed in a step: services, figures that say something else, and late ones.

    `names` are those of the services by their ids. Figures that are new for new periods are what an
    edition is for, and are not listed.
    """
    tables = (
        _services_table(step, language),
        _figures_table(step, names, measures, language),
        _late_table(step, names, language),
    )
    return tuple(table for table in tables if table.rows)


def _services_table(step: Step, language: Language) -> Table:
    rows = [
        Row(
            change.name,
            (
                Cell(language.say(MOVES[change.kind])),
                Cell(change.before, missing=not change.before),
                Cell(change.since, missing=not change.since),
            ),
            service_href(change.service),
        )
        for change in step.services
    ]
    caption = language.say("Services that changed")
    return _table(caption, _said(_OF_SERVICES, language), rows, words=True)


def _figures_table(
    step: Step, names: Mapping[str, str], measures: Mapping[str, Measure], language: Language
) -> Table:
    changed = step.changed
    reasons = bool((changed[Col.REASON] != "").any())
    rows = []
    # At most some hundred figures are changed by an edition.
    for service, period, measure, channel, kind, before, now, reason in changed.itertuples(
        index=False, name=None
    ):
        cells = [
            Cell(figure_name(measure, channel, measures, language)),
            Cell(language.period_range(Period.parse(period))),
            *(
                Cell(number(value, measure, measures, language), missing=not value)
                for value in (before, now)
            ),
            Cell(language.say(KINDS[ChangeKind(kind)])),
        ]
        cells += [Cell(reason)] if reasons else []
        rows.append(Row(names.get(service, service), tuple(cells), service_href(service)))
    shown = _OF_FIGURES if reasons else _OF_FIGURES[:-1]
    caption = language.say("Figures that say something else")
    return _table(caption, _said(shown, language), rows, words=True)


def _late_table(step: Step, names: Mapping[str, str], language: Language) -> Table:
    late = step.figures.loc[step.figures[Col.KIND] == ChangeKind.BACKFILLED, Col.SERVICE]
    counts = late.value_counts(sort=False)
    rows = [
        Row(names.get(key, key), (Cell(language.count(int(number))),), service_href(key))
        for key, number in ((str(key), number) for key, number in counts.items())
    ]
    return _table(language.say(_LATE), _said(_OF_LATE, language), rows)


def _table(caption: str, texts: tuple[str, ...], rows: list[Row], *, words: bool = False) -> Table:
    columns = tuple(Column(text) for text in texts)
    return Table(caption, columns, tuple(rows), wide=True, words=words)


def _said(texts: tuple[str, ...], language: Language) -> tuple[str, ...]:
    return tuple(language.say(text) for text in texts)


def step_summary(step: Step, language: Language) -> tuple[str, ...]:
    """What changed in a step, in sentences; what did not happen is not said."""
    counts, plural = step.counts, language.plural
    sentences = {
        Move.ADDED: plural(
            counts[Move.ADDED], "{n} service was added.", "{n} services were added."
        ),
        Move.REMOVED: plural(
            counts[Move.REMOVED], "{n} service was removed.", "{n} services were removed."
        ),
        Move.RENAMED: plural(
            counts[Move.RENAMED], "{n} service was renamed.", "{n} services were renamed."
        ),
        Move.MOVED: plural(
            counts[Move.MOVED],
            "{n} service moved to another organisation.",
            "{n} services moved to other organisations.",
        ),
        Move.NEW_ID: plural(
            counts[Move.NEW_ID],
            "{n} service has a new address.",
            "{n} services have new addresses.",
        ),
        ChangeKind.FIRST_PUBLISHED: plural(
            counts[ChangeKind.FIRST_PUBLISHED],
            "{n} figure was published for the first time.",
            "{n} figures were published for the first time.",
        ),
        ChangeKind.BACKFILLED: plural(
            counts[ChangeKind.BACKFILLED],
            "{n} figure was given late, for a period that the edition before already had.",
            "{n} figures were given late, for periods that the edition before already had.",
        ),
        ChangeKind.REVISED: plural(
            counts[ChangeKind.REVISED], "{n} figure was revised.", "{n} figures were revised."
        ),
        ChangeKind.CORRECTED: plural(
            counts[ChangeKind.CORRECTED], "{n} figure was corrected.", "{n} figures were corrected."
        ),
        ChangeKind.RESTATED: plural(
            counts[ChangeKind.RESTATED],
            "{n} figure was restated: it changed, and nobody has said why.",
            "{n} figures were restated: they changed, and nobody has said whether as planned or "
            "to mend an error.",
        ),
        ChangeKind.WITHDRAWN: plural(
            counts[ChangeKind.WITHDRAWN], "{n} figure was withdrawn.", "{n} figures were withdrawn."
        ),
        ChangeKind.SUPPRESSED: plural(
            counts[ChangeKind.SUPPRESSED],
            "{n} figure is confidential now.",
            "{n} figures are confidential now.",
        ),
    }
    texts = [text for kind, text in sentences.items() if counts[kind]]
    return tuple(texts) or (language.say("Nothing changed."),)


# What the figures of a service have said: the history that stands on its page.


def history_notes(history: ServiceHistory, language: Language) -> tuple[str, ...]:
    """What became of a service since the first edition, and which figures came late."""
    notes = [(day, _moved(day, change, language)) for day, change in history.moves]
    notes += [
        (
            day,
            language.plural(
                number_,
                "{edition}: {n} figure was given late, for a period of which others had been "
                "published before.",
                "{edition}: {n} figures were given late, for periods of which others had been "
                "published before.",
                edition=_edition(day, language),
            ),
        )
        for day, number_ in history.backfilled
    ]
    return tuple(text for _, text in sorted(notes, key=_when))


def _when(note: tuple[date | None, str]) -> tuple[bool, date | None]:
    """Editions in their order, then what is not frozen yet."""
    return note[0] is None, note[0]


def history_table(
    history: ServiceHistory, measures: Mapping[str, Measure], language: Language
) -> Table | None:
    """What each figure has said that once said something else; None where there is none."""
    histories = history.figure_histories
    if not histories:
        return None
    reasons = any(figure.reason for figure in histories)
    rows = [_row(figure, measures, reasons, language) for figure in _newest_first(histories)]
    texts = [language.say("Figure"), language.say("What it has said")]
    texts += [language.say("Why it changed")] if reasons else []
    caption = language.say("Figures that have said something else")
    return Table(caption, tuple(Column(text) for text in texts), tuple(rows), wide=True, words=True)


def _newest_first(histories: Sequence[FigureHistory]) -> list[FigureHistory]:
    return sorted(
        histories,
        key=lambda figure: (
            Period.parse(figure.period).end,
            figure.period,
            figure.measure,
            figure.channel,
        ),
        reverse=True,
    )


def _row(
    figure: FigureHistory, measures: Mapping[str, Measure], reasons: bool, language: Language
) -> Row:
    name = figure_name(figure.measure, figure.channel, measures, language)
    period = language.period_range(Period.parse(figure.period))
    texts = []
    for day, text, kind in figure.numbers:
        value = number(text, figure.measure, measures, language)
        edition = _edition(day, language)
        if kind:
            word = language.say(KINDS[ChangeKind(kind)])
            texts.append(
                language.say(
                    "{value} ({edition}, {change})", value=value, edition=edition, change=word
                )
            )
        else:
            texts.append(language.say("{value} (up to {edition})", value=value, edition=edition))
    cells = [Cell(" → ".join(texts))]
    cells += [Cell(figure.reason)] if reasons else []
    return Row(name, tuple(cells), under=period)


def _edition(day: date | None, language: Language) -> str:
    if day is None:
        return language.say("Since the last edition")
    return language.short_day(day)


def _moved(day: date | None, change: ServiceChange, language: Language) -> str:
    edition, before, now = _edition(day, language), change.before, change.since
    if change.kind is Move.ADDED:
        return language.say("{edition}: this service came into the register.", edition=edition)
    if change.kind is Move.REMOVED:
        return language.say("{edition}: this service left the register.", edition=edition)
    if change.kind is Move.RENAMED:
        return language.say(
            "{edition}: this service was renamed. Before, it was called “{before}”.",
            edition=edition,
            before=before,
        )
    if change.kind is Move.MOVED:
        return language.say(
            "{edition}: this service moved from {before} to {now}.",
            edition=edition,
            before=before,
            now=now,
        )
    return language.say(
        "{edition}: the id of this service changed from {before} to {now}.",
        edition=edition,
        before=before,
        now=now,
    )
