"""The standards of a service on its page: the target of each beside what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfsite.charts.layout import beside_target
from perfsite.components.elements import Cell, Column, Row, Table, value_cell
from perfsite.kpi.standards import MET, STATED, TARGET, VOLUME
from perfsite.kpis import measure_module
from perfsite.measures import MeasureKind
from perfsite.model import Status
from perfsite.text import joined
from perfsite.widgets.frame import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perfsite.kpi.standards import Standard
    from perfsite.language import Language
    from perfsite.periods import Period
    from perfsite.widgets.frame import Subject, Widget


def standards_widget(subject: Subject, standards: Sequence[Standard]) -> Widget | None:
    """The standards of a service in the newest period, target beside performance."""
    if not standards:
        return None
    language = subject.language
    period = standards[0].period
    shown = [standard for standard in standards if standard.period == period]
    over = language.say(
        "Service standards, {period}: target and performance",
        period=language.period_range(period),
    )
    bases = dict.fromkeys(standard.measure for standard in shown)
    words = Wording(
        _sentence(shown, period, language),
        over,
        "",
        _note(shown, len(standards) - len(shown), language),
        [f"{base}{end}" for base in bases for end in (TARGET, MET, VOLUME, STATED)],
    )
    columns = tuple(Column(text) for text in _headers(language))
    table = Table(
        subject.caption(over),
        columns,
        tuple(_row(standard, language) for standard in shown),
        wide=True,
    )
    name = measure_module(f"{next(iter(bases))}{TARGET}")
    return subject.widget(name, name, words, table)


def _headers(language: Language) -> tuple[str, ...]:
    say = language.say
    return (
        say("Standard"),
        say("Target"),
        say("Performance"),
        say("Target reached"),
    )


def _row(standard: Standard, language: Language) -> Row:
    return Row(
        standard.text or standard.channel,
        (
            value_cell(standard.target.value, MeasureKind.SHARE, standard.target.status, language),
            _performance(standard, language),
            _result(standard, language),
        ),
        under=standard.channel if standard.text else "",
    )


def _performance(standard: Standard, language: Language) -> Cell:
    """The share of the cases that met the standard, and under it the two counts."""
    share, target = standard.performance.value, standard.target.value
    cell = value_cell(share, MeasureKind.SHARE, standard.performance.status, language)
    if share is not None and target is not None:
        cell = Cell(beside_target(language, share, target, MeasureKind.SHARE, long=False))
    met, volume = standard.met.value, standard.volume.value
    if met is None or volume is None:
        return cell
    cases = language.plural(
        volume, "{met} of {n} case", "{met} of {n} cases", met=language.count(met)
    )
    # The counts say it in full, so the share need not.
    return Cell(cell.text, note=cases, missing=cell.missing)


def _result(standard: Standard, language: Language) -> Cell:
    """What the counts say; what the source says where these are silent, and both if they differ."""
    reached, stated = standard.reached, standard.stated
    if reached is None and stated is None:
        return Cell("", missing=True)
    if reached is None:
        return Cell(
            _yes(stated, language), note=language.say("stated, without counts that show it")
        )
    if standard.disputed:
        both = language.say(
            "{stated} as stated, {counted} by the counts",
            stated=_yes(stated, language),
            counted=_yes(reached, language),
        )
        return Cell(both)
    return Cell(_yes(reached, language))


def _yes(answer: bool | None, language: Language) -> str:
    return language.say("yes") if answer else language.say("no")


def _sentence(shown: Sequence[Standard], period: Period, language: Language) -> str:
    """How many were reached by their counts; or, where no counts can tell, as stated."""
    measured = [standard for standard in shown if standard.reached is not None]
    stated = [standard for standard in shown if standard.stated is not None]
    if not measured and stated:
        return language.plural(
            len(stated),
            "{reached} of {n} service standard was reached {period}, as stated",
            "{reached} of {n} service standards were reached {period}, as stated",
            reached=language.count(sum(standard.stated is True for standard in stated)),
            period=language.in_period(period),
        )
    if not measured:
        return language.plural(
            len(shown),
            "{n} service standard: whether it was reached {period} is not known",
            "{n} service standards: whether they were reached {period} is not known",
            period=language.in_period(period),
        )
    return language.plural(
        len(measured),
        "{reached} of {n} service standard was reached {period}",
        "{reached} of {n} service standards were reached {period}",
        reached=language.count(sum(standard.reached is True for standard in measured)),
        period=language.in_period(period),
    )


def _note(shown: Sequence[Standard], earlier: int, language: Language) -> str:
    """Whose performance cannot be told, and where the figures of earlier periods are."""
    unknown = sum(standard.reached is None and standard.stated is None for standard in shown)
    silent = sum(standard.reached is None and standard.stated is not None for standard in shown)
    disputed = sum(standard.disputed for standard in shown)
    withheld = sum(standard.performance.status is Status.WITHHELD for standard in shown)
    notes = [
        language.plural(
            unknown,
            "One more standard has no target, or no figures to hold against it.",
            "{n} more standards have no target, or no figures to hold against it.",
        )
        if unknown and unknown < len(shown)
        else "",
        language.plural(
            withheld,
            "One standard has more cases that met it than cases, so no percentage is shown.",
            "{n} standards have more cases that met them than cases, so no percentage is shown.",
        )
        if withheld
        else "",
        language.plural(
            silent,
            "Of one more standard it is stated whether it was reached, without counts that show "
            "it.",
            "Of {n} more standards it is stated whether they were reached, without counts that "
            "show it.",
        )
        if silent and silent + unknown < len(shown)
        else "",
        language.plural(
            disputed,
            "Of one standard another result is stated than its counts give; the table has both.",
            "Of {n} standards another result is stated than their counts give; the table has both.",
        )
        if disputed
        else "",
        language.say("Earlier periods are in the CSV file of this page.") if earlier else "",
    ]
    return joined(" ", filter(None, notes))
