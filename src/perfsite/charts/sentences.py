"""Sentences that say what figures show, and are true of them: titles of charts, leads of pages.

Each takes the figures themselves. The words of a comparison come from the figures as they are, and
never claim a difference that the printed figures do not show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfsite.formats import in_period, long_count, money, percent
from perfsite.measures import Kind

if TYPE_CHECKING:
    from perfsite.periods import Period

_TIMES_FROM = 3.0


def compared_count(now: float, before: float | None) -> str:
    """`45% more than a year before`; empty where there is nothing to compare with."""
    if before is None:
        return ""
    if now == before:
        return "the same as a year before"
    if before == 0:
        return "up from none a year before"
    if now == 0:
        return f"down from {long_count(before)} a year before"
    ratio = now / before
    if ratio >= _TIMES_FROM:
        return f"{ratio:.1f} times as many as a year before"
    text = f"{abs(ratio - 1) * 100:.0f}"
    if text == "0" or long_count(now) == long_count(before):
        return "about the same as a year before"
    if text == "100" and ratio < 1:
        text = "more than 99"
    return f"{text}% {'more' if ratio > 1 else 'fewer'} than a year before"


def compared_level(now: float, before: float | None, kind: Kind, currency: str) -> str:
    """`up from 78.2% a year before`, for shares and amounts; empty without a figure before."""
    if before is None:
        return ""
    if now == before:
        return "the same as a year before"
    words = [percent(x) if kind is Kind.SHARE else money(x, currency) for x in (now, before)]
    if words[0] == words[1]:
        return "about the same as a year before"
    return f"{'up' if now > before else 'down'} from {words[1]} a year before"


def _with(first: str, comparison: str) -> str:
    return f"{first}, {comparison}" if comparison else first


def _transactions(number: float) -> str:
    if number == 0:
        return "No transactions"
    return f"{long_count(number)} {'transaction' if number == 1 else 'transactions'}"


def transactions_sentence(now: float, before: float | None, period: Period) -> str:
    """What the latest bar of a transactions chart shows."""
    return _with(f"{_transactions(now)} {in_period(period)}", compared_count(now, before))


def level_sentence(
    kpi: str, now: float, before: float | None, period: Period, currency: str
) -> str:
    """What the latest point of a line of shares or amounts shows."""
    kind = Kind.CURRENCY if kpi == "cost_per_transaction" else Kind.SHARE
    text = percent(now) if kind is Kind.SHARE else money(now, currency)
    when = in_period(period)
    first = {
        "digital_take_up": f"{text} of transactions were digital {when}",
        "cost_per_transaction": f"A transaction cost {text} {when}",
        "completion_rate": f"{text} of transactions started were completed {when}",
        "user_satisfaction": f"User satisfaction was {text} {when}",
        "availability": f"The online service was available {text} of the time {when}",
    }[kpi]
    return _with(_capital(first), compared_level(now, before, kind, currency))


def panel_sentence(
    kpi: str, now: float, before: float | None, services: int, period: Period
) -> str:
    """What a group's like-for-like chart shows: always of the same services."""
    who = "the one service" if services == 1 else f"the same {services:,} services"
    when = in_period(period)
    if kpi == "digital_take_up":
        first = f"{percent(now)} of transactions at {who} were digital {when}"
        return _with(_capital(first), compared_level(now, before, Kind.SHARE, ""))
    return _with(f"{_transactions(now)} at {who} {when}", compared_count(now, before))


def service_lead(
    transactions: tuple[float, Period] | None,
    take_up: tuple[float, Period, float | None] | None,
) -> str:
    """What the figures of a service say, in a sentence or two; empty where they say nothing."""
    if take_up is None:
        if transactions is None:
            return ""
        count, period = transactions
        return f"{_transactions(count)} {in_period(period)}."
    share, when, before = take_up
    comparison = compared_level(share, before, Kind.SHARE, "")
    if transactions is None or transactions[1] != when:
        digital = f"{percent(share)} of transactions were digital {in_period(when)}"
        first = service_lead(transactions, None)
        return f"{first} {_capital(_with(digital, comparison))}.".strip()
    return (
        _with(
            f"{_transactions(transactions[0])} {in_period(when)}, {percent(share)} of them digital",
            comparison,
        )
        + "."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
