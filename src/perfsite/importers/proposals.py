"""A map for a table that nobody has described yet: what its columns look like, and questions.

What is plain is an entry; what is not is a comment that asks. So a proposal never says more than
the table does, and what it leaves out is reported as not imported (PS304) until it is answered.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from perfsite import documents
from perfsite.errors import UsageError
from perfsite.importers import id_of
from perfsite.importers.choices import FEW, Chosen, choose, meaning_of
from perfsite.importers.looks import (
    APRIL,
    Look,
    cells_of,
    channel_of,
    covers_of,
    look_at,
    measure_of,
)
from perfsite.importers.period_forms import ISO
from perfsite.model import why_not_an_id
from perfsite.tables import ROW, read_table, sheets

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from perfsite.model import Source

_EXAMPLES: Final = 3


def propose(source: Source) -> str:
    """The text of a MAP.toml for this table; of a workbook with several, for the first.

    Raises:
        UsageError: if there is no table to be looked at, or it has no rows; it says why.
    """
    source = sheets(source)[0]
    table, problems = read_table(source)
    columns = [str(column) for column in table.columns if column != ROW]
    if not columns or table.empty:
        why = problems[0].found if problems else "a header and no rows"
        raise UsageError(f"no map can be proposed for {source.path}: {why}")
    looks = [look_at(name, table[name]) for name in columns]
    chosen = choose(looks)
    parts = [
        _head(source, table, chosen),
        _service(source, chosen),
        _period(chosen),
        _tidy(chosen) if chosen.is_tidy else _figures(chosen),
        _cells(chosen),
        _register(chosen),
    ]
    return "\n".join("\n".join(lines) + "\n" for lines in parts if lines)


def _head(source: Source, table: pd.DataFrame, chosen: Chosen) -> list[str]:
    lines = [
        f"# A map of {_quoted(source.path)}, proposed by perfsite.",
        f"# What it may say: {documents.named('importing#the-map')}",
        "# Lines that begin with # are not in force: they ask what the table does not say.",
    ]
    if chosen.note:
        lines.append(f"note_column = {_quoted(chosen.note.name)}")
    key = [chosen.service, chosen.period, chosen.measure, chosen.channel]
    names = [look.name for look in key if look]
    again = int(table.duplicated(names).sum()) if names else len(table) - 1
    if again:
        what = " and ".join(map(_quoted, names)) or "nothing"
        lines.append(f"# Do rows with the same {what} ({again:,} more) add up to one figure?")
        lines.append("# add_up = true")
    if chosen.others:
        lines.append("# These columns are not imported. Which of them are not wanted?")
        lines.append(f"# pass_over = [{', '.join(_quoted(look.name) for look in chosen.others)}]")
        for look in chosen.others:
            if again and 1 < len(look.cells) <= FEW:
                lines.append(f"# Are all rows wanted? {_quoted(look.name)} has {_some(look)}")
                lines.append(f"# keep = {{{_quoted(look.name)} = [{_quoted(look.cells[0])}]}}")
    return lines


def _service(source: Source, chosen: Chosen) -> list[str]:
    look = chosen.service
    if look is None:
        stem = id_of(PurePosixPath(source.path).stem)
        constant = "service" if why_not_an_id(stem) else stem
        asked = "# No column looks like the service's. Is this the id of the one service?"
        lines = ["[service]", asked, f"constant = {_quoted(constant)}"]
        for other in chosen.others:
            if 1 < len(other.cells) <= FEW:
                lines.append(f"# Or is the service in this column, with {_some(other)}?")
                lines.append(f"# column = {_quoted(other.name)}  # and without the constant")
                lines.append("# make_ids = true")
        return lines
    lines = ["[service]", f"column = {_quoted(look.name)}"]
    if odd := [cell for cell in look.cells if why_not_an_id(cell)]:
        lines.append(f"make_ids = true  # {_quoted(odd[0][:40])} is no id: {why_not_an_id(odd[0])}")
    return lines


def _period(chosen: Chosen) -> list[str]:
    look = chosen.period
    if look is None:
        asked = "# No column looks like periods. For which period is all of it?"
        return ["[period]", asked, '# constant = "2017"']
    lines = ["[period]", f"column = {_quoted(look.name)}  # {_some(look)}"]
    if len(look.forms) > 1:
        lines.append("# The cells can be read in more than one way. Which is meant?")
        lines += [f"# form = {_quoted(form.name)}" for form in look.forms]
        return lines
    (form,) = look.forms
    covers = covers_of(form, look.cells)
    # ISO is any period of perfsite's own; what starts or ends another is a date.
    name = "YYYY-MM-DD" if covers != "itself" and form.name == ISO else form.name
    lines.append(f"form = {_quoted(name)}")
    if form.first_month:
        lines.append(f"first_month = {APRIL}  # April to March? Else the month of the start.")
    if covers != "itself":
        lines.append(f"covers = {_quoted(covers)}  # all {len(look.cells)} dates do so")
    return lines


def _figures(chosen: Chosen) -> list[str]:
    lines = ["[figures]"]
    meanings = {look.name: meaning_of(look) for look in chosen.figures}
    for look in chosen.figures:
        measure = meanings[look.name]
        if measure and list(meanings.values()).count(measure) == 1:
            lines.append(f"{_quoted(look.name)} = {_quoted(measure)}")
        else:
            asked = f"# Which measure is it? It has {_some(look)}"
            lines += [asked, f"# {_quoted(look.name)} = {_quoted(measure or 'measure:channel')}"]
    return lines


def _tidy(chosen: Chosen) -> list[str]:
    value = chosen.value
    lines = ["[tidy]", f"value = {_quoted(value.name)}"]
    lines += [
        f"# Or is it {_quoted(look.name)}? It has {_some(look)}"
        for look in chosen.figures
        if look is not value
    ]
    tables = []
    if chosen.measure:
        lines.append(f"measure = {_quoted(chosen.measure.name)}")
        tables += _words("measures", chosen.measure, measure_of)
    else:
        lines.append('measure_is = "transactions"  # Is it? Put the measure of these figures.')
    if chosen.channel:
        lines.append(f"channel = {_quoted(chosen.channel.name)}")
        tables += _words("channels", chosen.channel, channel_of)
    return [*lines, *tables]


def _words(kind: str, look: Look, meaning: Callable[[str], str]) -> list[str]:
    """The translations of a column's words, where they are not perfsite's own already."""
    if all(meaning(cell) == cell for cell in look.cells):
        return []
    lines = ["", f"[tidy.{kind}]"]
    for cell in look.cells:
        made = meaning(cell)
        asked = f"# {_quoted(cell)} = {_quoted(kind[:-1])}  # What does this word mean?"
        lines.append(f"{_quoted(cell)} = {_quoted(made)}" if made else asked)
    return lines


def _cells(chosen: Chosen) -> list[str]:
    figures = [chosen.value] if chosen.is_tidy else chosen.figures
    cells = cells_of(figures)
    found = cells.model_dump(exclude_defaults=True)
    lines = ["[cells]"] if found else []
    for entry, value in found.items():
        listed = not isinstance(value, str)
        text = f"[{', '.join(map(_quoted, value))}]" if listed else _quoted(value)
        check = "  # Is that what they mean?" if listed else ""
        lines.append(f"{entry} = {text}{check}")
    for look in figures:
        if look.odd:
            odd = ", ".join(map(_quoted, look.odd[:_EXAMPLES]))
            lines.append(f"# {_quoted(look.name)} has cells that are no figures: {odd}")
    return lines


def _register(chosen: Chosen) -> list[str]:
    if chosen.name is None or chosen.service is None:
        return []
    columns = {"name": chosen.name.name}
    if chosen.department:
        columns["department"] = chosen.department.name
    lines = ["[register.columns]", *(f"{key} = {_quoted(name)}" for key, name in columns.items())]
    if chosen.department:
        return lines
    asked = "# Which department answers for the services? Then these lines make the register."
    return [asked, *(f"# {x}" for x in lines), "# [register.constants]", '# department = "..."']


def _some(look: Look) -> str:
    """A few of a column's cells."""
    shown = ", ".join(_quoted(cell[:40]) for cell in look.cells[:_EXAMPLES])
    return shown + (f" and {len(look.cells) - _EXAMPLES:,} more" * (len(look.cells) > _EXAMPLES))


def _quoted(text: object) -> str:
    """A text as TOML writes it; control characters escaped, so that a comment stays one line."""
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", quoted)
