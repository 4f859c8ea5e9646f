"""Answers of the data store behind the GOV.UK Performance Platform: `import backdrop`.

Lives here: the submission that comes of answers, and the command. Not here: records and their
periods (`backdrop_records`), and which figure a field of a record is (`backdrop_figures`).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.errors import Problem, UsageError
from perfsite.importers import Imported, Importer, Option, counted, csv_text
from perfsite.importers.backdrop_figures import ORDER, Wishes, read_figures
from perfsite.importers.backdrop_records import PERIODS, name_periods, read_answer
from perfsite.importers.map_cells import MISSING, settle
from perfsite.importers.map_file import CHANNEL, MEASURE
from perfsite.model import REGISTER_COLUMNS, why_not_an_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perfsite.model import Source

_TIDY: Final = ["service", "period", "measure", "channel", "value", "note"]


def import_answers(sources: Sequence[Source], wishes: Wishes) -> Imported:
    """Turn answers of the data store about one service into one tidy submission.

    Nulls are missing (`[x]`). Figures that two records give alike are one; where they differ
    neither counts. Never raises for anything that a file may hold.
    """
    problems: list[Problem] = []
    parts: list[pd.DataFrame] = []
    for source in sources:
        records, found = read_answer(source)
        problems += found
        if records.frame.empty:
            continue
        frame, found = name_periods(records.frame, wishes.length)
        problems += found
        long, found = read_figures(frame, records.numbers, wishes)
        problems += found
        parts.append(long)
    figures = [part for part in parts if not part.empty]
    if not figures:
        if not problems:
            expected = "at least one record with a figure"
            fix = "Say with --measures what its fields are."
            problems = [Problem(sources[0].path, 0, "PS305", "", "no figure", expected, fix)]
        return Imported({}, sorted(problems))
    long, found = settle(pd.concat(figures, ignore_index=True), add_up=False)
    long = long.sort_values(["period", ORDER], kind="stable")
    if long.empty:
        return Imported({}, sorted([*problems, *found]))
    count = int((long["value"] != MISSING).sum())
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", PurePosixPath(sources[0].path).stem).strip("-_")
    path = f"submissions/{wishes.service}/{stem or 'answer'}.csv"
    carried = counted(count, "figure")
    return Imported({path: csv_text(long[_TIDY])}, sorted([*problems, *found]), carried)


def _run(sources: Sequence[Source], options: Mapping[str, object]) -> Imported:
    given = {name: str(value) for name, value in options.items() if value is not None}
    service = given["service"]
    if reason := why_not_an_id(service):
        raise UsageError(f"--service {service}: {reason}")
    facts = {name: given[name] for name in ("name", "department") if given.get(name)}
    if len(facts) == 1:
        raise UsageError("--name and --department make the register's row together; give both")
    wishes = Wishes(
        service,
        _pairs("measures", given.get("measures", ""), rf"-|:{CHANNEL.pattern}|{MEASURE.pattern}"),
        given.get("period"),
        int(given.get("score-best", "0")),
        {k: int(v) for k, v in _pairs("decimals", given.get("decimals", ""), "[0-9]").items()},
        given.get("note", ""),
    )
    imported = import_answers(sources, wishes)
    if not (facts and imported.files):
        return imported
    row = pd.DataFrame([{"service": service, **facts}]).reindex(columns=list(REGISTER_COLUMNS))
    files = {"services.csv": csv_text(row), **imported.files}
    return Imported(files, imported.problems, f"1 service, {imported.carried}")


def _pairs(option: str, text: str, form: str) -> dict[str, str]:
    """`a=x,b=y` as a mapping.

    Raises:
        UsageError: if it is not so, or says a word twice.
    """
    pairs: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        word, equals, made = (piece.strip() for piece in part.rpartition("="))
        if not equals or not word or not re.fullmatch(form, made):
            raise UsageError(f"--{option}: {part!r}; WORD={_EXAMPLES[option]} is expected")
        if word in pairs:
            raise UsageError(f"--{option}: {word} stands twice")
        pairs[word] = made
    return pairs


_EXAMPLES: Final = {"measures": "measure:channel", "decimals": "places"}

IMPORTER: Final = Importer(
    "backdrop",
    "Answers of the GOV.UK Performance Platform's data store.",
    "Import FILES, answers of the platform's data store (JSON) about one service, raw or grouped.\n"
    "\n"
    "Records about one figure may stand in several files. What is not known by its name is listed, "
    "and --measures says what it is. With --name and --department the register's row is made too.",
    _run,
    (
        Option("service", "The service that the figures are of.", required=True, metavar="ID"),
        Option(
            "measures",
            "What names and words of the file mean, as WORD=measure:channel,WORD=measure; "
            "WORD=- if it is not wanted.",
            metavar="MAP",
        ),
        Option(
            "period",
            "How long the periods are of records that do not say it.",
            "choice",
            choices=PERIODS,
        ),
        Option(
            "score-best",
            "Mean scores from 1 to 5 become shares; this is the best score.",
            "choice",
            choices=("1", "5"),
        ),
        Option("decimals", "Round measures, as MEASURE=PLACES,MEASURE=PLACES.", metavar="PLACES"),
        Option("note", "A note for every figure.", metavar="TEXT"),
        Option("name", "The service's name, for the register.", metavar="TEXT"),
        Option("department", "Its department, for the register.", metavar="TEXT"),
    ),
)
