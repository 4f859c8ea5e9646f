from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from helpers import observe
from perfsite.analysis import analyse
from perfsite.config import parse_config
from perfsite.errors import ConfigError, Problem
from perfsite.load import load_data
from perfsite.validate.consistency import is_blamed
from small_site import data_folder

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "period,transactions,transactions:digital,cost\n2017-Q1,10,12,5\n2017-Q2,10,8,5\n"
"""In the first quarter there are more digital transactions than transactions."""


def known(folder: Path, severity: str) -> tuple[set[tuple[str, str]], list[tuple[str, str]]]:
    """Which figures of the table stay, and what is said, where PS201 has this severity."""
    config = '[checks.severity]\nPS214 = "off"\n' + (f'PS201 = "{severity}"\n' if severity else "")
    data = load_data(data_folder(folder, config=config, submissions={"full.csv": TABLE}))
    found = analyse(data, date(2018, 9, 19))
    kept = found.observations[["period", "measure"]].itertuples(index=False, name=None)
    return set(kept), [(one.code, str(one.severity)) for one in found.problems]


ALL = {
    ("2017-Q1", "transactions"), ("2017-Q1", "cost"),
    ("2017-Q2", "transactions"), ("2017-Q2", "cost"),
}  # fmt: skip


@pytest.mark.parametrize("severity", ["", "warning", "note"])
def test_a_rule_that_is_no_error_leaves_figures_in(tmp_path: Path, severity: str) -> None:
    """Whether it warns or only says so, every figure is published."""
    kept, said = known(tmp_path, severity)

    assert kept == ALL
    assert said == [("PS201", severity or "warning")]


def test_a_rule_made_an_error_leaves_the_blamed_figures_out(tmp_path: Path) -> None:
    """The measure and period that it blames are left out, the others stay, and it is said once."""
    kept, said = known(tmp_path, "error")

    assert kept == ALL - {("2017-Q1", "transactions")}
    assert said == [("PS201", "error")]


def test_a_rule_that_is_off_is_silent(tmp_path: Path) -> None:
    """It neither says anything nor leaves anything out."""
    kept, said = known(tmp_path, "off")

    assert kept == ALL
    assert said == []


@pytest.mark.parametrize(("code", "why"), [("PS104", "cannot be read"), ("PS999", "no such code")])
def test_only_rules_about_what_was_read_can_be_set(code: str, why: str) -> None:
    """What cannot be read cannot be published, whatever a site would like."""
    with pytest.raises(ConfigError, match=why):
        parse_config(f'[checks.severity]\n{code} = "warning"\n')


def test_a_severity_is_one_of_four_words() -> None:
    """Another word is refused, and the entry named."""
    with pytest.raises(ConfigError, match=r"checks\.severity\.PS201"):
        parse_config('[checks.severity]\nPS201 = "fatal"\n')


def test_a_problem_blames_its_own_figures_alone() -> None:
    """Another service, measure or period is not blamed, nor anything by a problem without one."""
    frame, _ = observe("period,transactions,cost\n2017,1,2\n2018,3,4\n")
    about = Problem("a", 1, "PS201", service="alpha", measures=("cost",), period="2018")
    vague = Problem("a", 1, "PS212", service="alpha", measures=("cost",))

    blamed = frame[is_blamed(frame, [about, vague])]

    assert list(zip(blamed["period"], blamed["measure"], strict=True)) == [("2018", "cost")]
    assert not is_blamed(frame, []).any()
