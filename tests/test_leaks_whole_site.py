"""The search for secrets in the whole example: what it finds, and what it mistakes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from perfsite.analysis import Analysis, analyse
from perfsite.kpi.groups import make_groups, summarise_groups
from perfsite.kpi.headlines import summarise_services
from perfsite.language import Language, read_catalogue
from perfsite.leaks import Published, find_leaks
from perfsite.load import load_data, load_theme, with_editions
from perfsite.model import File

if TYPE_CHECKING:
    import pandas as pd

    from small_site import Ran

SECRETS = 1_000


@pytest.fixture(scope="module")
def known() -> Analysis:
    """The example as understood on the day of its edition."""
    folder = Path(__file__).parents[1] / "data"
    data = load_data(folder)
    day = max(data.config.published, default=date(2018, 9, 19))
    return analyse(with_editions(data, folder, day), day)


@pytest.fixture(scope="module")
def files(built: tuple[Ran, Path]) -> list[File]:
    """Every file of the example's site that perfsite made."""
    paths = sorted(path for path in built[1].rglob("*") if path.is_file())
    made = [File(path.relative_to(built[1]).as_posix(), path.read_bytes()) for path in paths]
    return [file for file in made if not file.path.startswith("manifest")]


def published(known: Analysis, observations: pd.DataFrame) -> Published:
    """What the example publishes, as a build says it."""
    summaries = summarise_services(known.figures, known.parts, known.services)
    groups = summarise_groups(
        known.figures,
        summaries,
        make_groups(known.services),
        known.data.config.headline_share,
        known.parts,
    )
    numbers = [
        number
        for group in groups
        for series in group.series.values()
        for one in series
        for number in (one.value, one.numerator, one.denominator, one.like_now, one.like_before)
        if number is not None
    ]
    frame = known.figures.frame
    return Published(known.services, observations, known.parts.frame, frame, numbers, known.earlier)


def languages(known: Analysis) -> list[Language]:
    """The languages of the example."""
    words = load_theme().translations
    tags = known.data.config.languages
    return [Language(tag, read_catalogue(tag, words), "GBP") for tag in tags]


def chosen(known: Analysis, seed: int) -> pd.DataFrame:
    """A thousand published figures, as if they were secrets."""
    given = known.observations[known.observations["value"].notna()]
    columns = ["service", "period", "measure", "channel", "value"]
    return given.sample(SECRETS, random_state=seed)[columns].assign(why="suppressed")


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.proofs)])
def test_no_honest_build_is_stopped(known: Analysis, files: list[File], seed: int) -> None:
    """A thousand invented secrets in real services and periods are found nowhere."""
    secrets = chosen(known, seed).assign(channel="invented")
    change = np.exp(np.random.default_rng(seed).normal(0, 0.7, SECRETS))
    whole = secrets["value"] == secrets["value"].round()
    changed = secrets["value"] * change
    secrets["value"] = np.where(whole, changed.round() + 1, changed.round(4))

    leaks = find_leaks(
        files,
        secrets,
        published(known, known.observations),
        languages(known),
        known.data.config.all_measures,
    )

    assert leaks == []


def test_every_published_figure_would_be_found(known: Analysis, files: list[File]) -> None:
    """A thousand figures of the site, called secrets, are each found where they stand."""
    secrets = chosen(known, 3)
    rest = known.observations.drop(secrets.index)
    nothing = Published(
        known.services, rest, known.parts.frame.iloc[:0], known.figures.frame.iloc[:0]
    )
    found = find_leaks(files, secrets, nothing, languages(known), known.data.config.all_measures)

    keys = {(one.service, one.period, one.measure, one.channel) for one in found}
    assert len(keys) == SECRETS
    assert {one.kind for one in found} >= {"a row of data", "a row with its period"}
    pages = {one.path for one in found if one.path.endswith(".html")}
    assert len(pages) > SECRETS / 4
