"""Last good figures.

Where a figure that was published is now an error, the earlier one stands in; what is decided in
which order.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

import pandas as pd

from perfsite.errors import Problem, is_error
from perfsite.frames import Col
from perfsite.model import PLACE, Service, Status
from perfsite.periods import Period
from perfsite.policy.embargo import (
    editions_of,
    files_of,
    has_mark,
    is_from,
    is_given_in,
    joined,
    whole_file,
)
from perfsite.policy.retractions import Retraction, retract
from perfsite.tables import ROW, read_cells, stem
from perfsite.text import counted
from perfsite.validate.values import CARRIED, RETRACTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from perfsite.editions import EditionFigures
    from perfsite.model import Source
    from perfsite.policy.retractions import Retractions


# Last good figures: what an error keeps out stands as the last edition published it.
#
# An error keeps its row out. Figures that the last edition published, that came from the same file
# and service as an error of now, and that are not given now, are kept. They carry the mark
# `CARRIED`, and their source begins with the edition that they come from. Anything that is given
# now beats them: a number, a symbol, a suppressed figure.


_SUBMISSIONS: Final = "submissions/"
_REGISTER: Final = ("services.", "services/")
_HARMLESS: Final = ("PS106", "PS108", "PS116", "PS117")
"""Errors of the register that cost a service a cell, not its row."""
_SUPPRESSION: Final = re.compile(r"\[\s*c\s*\]", re.IGNORECASE)
_TEXTS: Final = (".csv", ".json")


@dataclass(frozen=True)
class Carried:
    """What errors did to a service: how many figures of an earlier edition stand in.

    `date` is that of the earliest edition that they come from; None where nothing stands in.
    `errors` are those that name the service, or its file.
    """

    service: str
    figures: int
    date: date | None
    errors: int


def carry_services(
    services: Mapping[str, Service], problems: Sequence[Problem], last: EditionFigures | None
) -> tuple[dict[str, Service], list[Problem]]:
    """The register, with what errors cost it as the last edition knew it; and a PS216 for each.

    A service without a row is kept where a row of the register is lost; one that has a row keeps
    the cells that an error took. A former id of another service is not kept.
    """
    errors = [
        problem for problem in problems if is_error(problem) and problem.file.startswith(_REGISTER)
    ]
    carried = dict(services)
    if last is None or not errors:
        return carried, []
    for problem in errors:
        before = last.services.get(problem.service)
        if before and problem.service in carried and problem.column in ("url", "opened", "closed"):
            words = {problem.column: getattr(before, problem.column)}
            carried[problem.service] = replace(carried[problem.service], **words)
    lost = [
        problem
        for problem in errors
        if problem.code not in _HARMLESS and problem.column != "aliases"
    ]
    former = {alias for service in carried.values() for alias in service.aliases}
    missing = [key for key in last.services if key not in carried and key not in former]
    if not lost or not missing:
        return carried, []
    day = last.date.isoformat()
    notes = [
        Problem(
            lost[0].file,
            0,
            "PS216",
            found=f"no row for {key}, which stands as in the edition of {day}",
            expected="a row for each service",
            fix="mend the errors of the register; then a service that is meant to go is gone",
            service=key,
        )
        for key in missing
    ]
    return _in_place(carried, last.services, missing), notes


def _in_place(
    services: Mapping[str, Service], before: Mapping[str, Service], missing: Iterable[str]
) -> dict[str, Service]:
    """The services with the missing ones, each behind the one before it in the edition."""
    order = list(services)
    earlier = list(before)
    for key in missing:
        place = earlier.index(key)
        ahead = next(
            (key_before for key_before in reversed(earlier[:place]) if key_before in order), None
        )
        order.insert(order.index(ahead) + 1 if ahead else 0, key)
    return {key: services.get(key) or before[key] for key in order}


def carry_over(
    observations: pd.DataFrame,
    services: Mapping[str, Service],
    problems: Sequence[Problem],
    last: EditionFigures | None,
    sources: Sequence[Source],
) -> tuple[pd.DataFrame, list[Carried], list[Problem]]:
    """The observations with the last good figures in the place of those that errors kept out.

    `observations` have what may be published and no more; `sources` are the submissions, which
    tell whether somebody tried to suppress a figure and failed. May be called again after more
    rows were left out.

    Returns:
        The observations; what happened to each service that errors are about; and a PS216 for
        each service for which figures stand in.
    """
    errors = [
        problem
        for problem in problems
        if is_error(problem) and problem.file.startswith(_SUBMISSIONS)
    ]
    if not errors:
        return observations, [], []
    if last is not None:
        standing = _standing_in(observations, services, errors, last, sources)
        observations = joined(observations, standing, services)
    carried = _carried(observations, services, errors)
    files = {problem.service: problem.file for problem in reversed(errors)}
    notes = [
        Problem(
            files.get(entry.service) or errors[0].file,
            0,
            "PS216",
            found=f"{counted(entry.figures, 'figure')} of {entry.service} "
            f"from the edition of {entry.date} {'stands' if entry.figures == 1 else 'stand'} in",
            expected="figures that can be used",
            fix="mend the errors; then what is meant to go is gone",
            service=entry.service,
        )
        for entry in carried
        if entry.figures
    ]
    return observations, carried, notes


def _standing_in(
    observations: pd.DataFrame,
    services: Mapping[str, Service],
    errors: Sequence[Problem],
    last: EditionFigures,
    sources: Sequence[Source],
) -> pd.DataFrame:
    """The rows of the last edition that take the place of what errors kept out."""
    before = last.observations
    files = files_of(before)
    whole = {whole_file(error.file) for error in errors if error.service not in services}
    parts = {(whole_file(error.file), error.service) for error in errors}
    wanted = files.isin(list(whole)).to_numpy(dtype=bool) | is_from(before, parts)
    # Nobody knows which files were in a folder that cannot be read, but the edition does.
    folders = tuple(file for file in whole if file.endswith("/"))
    wanted |= files.astype(str).str.startswith(folders).to_numpy(dtype=bool)
    wanted &= before[Col.SERVICE].isin(list(services)).to_numpy(dtype=bool)
    before = before[wanted & ~has_mark(before, RETRACTED)]
    before = before[~is_given_in(before, observations)]
    files = files_of(before)
    careful = _lost_suppressions(set(files), observations, before, sources)
    before = before[~files.isin(list(careful)).to_numpy(dtype=bool)]
    marks = before[Col.MARKS].str.replace(CARRIED, "", regex=False) + CARRIED
    fresh = (editions_of(before) == "").to_numpy(dtype=bool)
    file = before[Col.FILE].astype(object)
    here = f"editions/{last.date.isoformat()}/" + file
    return before.assign(marks=marks, file=file.mask(fresh, here))


def _lost_suppressions(
    files: set[str], observations: pd.DataFrame, before: pd.DataFrame, sources: Sequence[Source]
) -> set[str]:
    """The files with a [c] that is no figure of now nor of the rows to carry.

    Somebody wanted to suppress a figure and the row cannot be used: what the last edition said of
    it must not come back.
    """
    secret = observations[observations[Col.STATUS] == Status.CONFIDENTIAL]
    carried = has_mark(secret, CARRIED)
    read = Counter(secret.loc[~carried, PLACE].itertuples(index=False, name=None))
    stands = pd.concat([before[before[Col.STATUS] == Status.CONFIDENTIAL], secret[carried]])
    standing = Counter(zip(files_of(stands), stands[Col.SERVICE], stands[Col.PERIOD], strict=True))
    lost: Counter[tuple[str, str, str]] = Counter()
    for source in sources:
        if (file := whole_file(source.path)) in files:
            lost += _suppressions(source, file, read)
    # What stands in no row that can be told may be any of those that no row accounts for.
    spare: Counter[str] = Counter()
    for (file, *_), number in (standing - lost).items():
        spare[file] += number
    for file in files:
        if lost[file, "", ""] <= spare[file]:
            del lost[file, "", ""]
    return {file for file, *_ in lost - standing}


def _suppressions(
    source: Source, file: str, read: Mapping[tuple[str, int], int]
) -> Counter[tuple[str, str, str]]:
    """How often a file has a [c] that was not read, by file, service and period.

    `read` counts those that were, by their rows. Service and period are blank where a [c] stands
    in no row, because the file cannot be divided into rows.
    """
    table, _ = read_cells(source)
    lost: Counter[tuple[str, str, str]] = Counter()
    in_rows = 0
    for record in table.to_dict("records"):
        cells = {str(name): str(cell) for name, cell in record.items()}
        written = sum(len(_SUPPRESSION.findall(cell)) for cell in cells.values())
        in_rows += written
        missed = written - read.get((source.path, int(cells[ROW])), 0)
        if missed > 0:
            service = cells.get(Col.SERVICE, "") or stem(source)
            lost[file, service, _code(cells.get(Col.PERIOD, ""))] += missed
    if source.path.endswith(_TEXTS):
        whole = len(_SUPPRESSION.findall(source.data.decode("utf-8", "replace")))
        lost[file, "", ""] += max(0, whole - in_rows)
    return lost


def _code(period: str) -> str:
    """The code of a period as somebody wrote it; of what is none, something that no period has."""
    try:
        return Period.parse(period).code
    except ValueError:
        return f"not a period: {period}"


def _carried(
    observations: pd.DataFrame, services: Mapping[str, Service], errors: Sequence[Problem]
) -> list[Carried]:
    """What the errors did to each service, in the order of the register."""
    standing = observations[has_mark(observations, CARRIED)]
    figures = Counter(standing[Col.SERVICE])
    days = editions_of(standing).groupby(standing[Col.SERVICE]).min().to_dict()
    places = standing.assign(file=files_of(standing))[[Col.FILE, Col.SERVICE]].drop_duplicates()
    files = {str(file): set(of_file) for file, of_file in places.groupby(Col.FILE)[Col.SERVICE]}
    counts: Counter[str] = Counter()
    for error in errors:
        if error.service in services:
            counts[error.service] += 1
            continue
        # Nobody knows whose figures a file without a readable row held, but its name may say it.
        file = whole_file(error.file)
        if file.endswith("/"):
            counts.update(
                set().union(*(inside for name, inside in files.items() if name.startswith(file)))
            )
            continue
        stem = file.rpartition("/")[2].partition(".")[0]
        counts.update(files.get(file, set()) | ({stem} & services.keys()))
    return [
        Carried(
            service,
            figures[service],
            date.fromisoformat(days[service]) if service in days else None,
            counts[service],
        )
        for service in services
        if counts[service]
    ]


# The whole policy in its order: last good figures first, then what was taken back.


@dataclass(frozen=True)
class Decided:
    """What is published after the policy.

    `carried` are the services that errors are about, `retracted` the figures that were taken back
    and may be shown as such; `problems` are those found on the way, and no others.
    """

    observations: pd.DataFrame
    carried: tuple[Carried, ...]
    retracted: tuple[Retraction, ...]
    problems: tuple[Problem, ...]


def decide(
    public: pd.DataFrame,
    secrets: pd.DataFrame,
    services: Mapping[str, Service],
    problems: Sequence[Problem],
    submissions: Sequence[Source],
    retractions: tuple[Retractions, Sequence[Problem]],
    last: EditionFigures | None,
) -> Decided:
    """Apply the policy to what may be published (`public` and `secrets` of `release`).

    `problems` are all that were found so far: their errors decide what is carried over.
    `retractions` are what `read_retractions` gives.
    """
    observations, carried, notes = carry_over(public, services, problems, last, submissions)
    read, unreadable = retractions
    observations, retracted, unknown = retract(observations, read, services, secrets, last)
    return Decided(observations, tuple(carried), tuple(retracted), (*notes, *unreadable, *unknown))
