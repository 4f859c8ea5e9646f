"""A thousand made-up secrets, and somebody who has the published files alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from math import isclose
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

import perfsite.build as perfsite_build
from adversary import Key, is_known, whole_numbers, worked_out
from made_up_secrets import HEADER, Scene, scenes
from perfsite.analysis import analyse
from perfsite.load import load_data, with_editions
from small_site import build, data_folder, perfsite

if TYPE_CHECKING:
    from pathlib import Path

    from perfsite.errors import Problem
    from perfsite.load import Data
    from small_site import Tree

DAY: Final = date(2018, 9, 19)
CONFIG: Final = 'title = "Made up"\npublished = [2018-09-19]\n'
WARNED: Final = f'{CONFIG}[checks.severity]\nPS215 = "warning"\n'
IS_RARE: Final = 1_000_000
"""A number of so many digits stands nowhere by chance."""
IN_A_FOLDER: Final = 100
"""Secrets in a data folder: few builds, and not too many files at once."""


@dataclass(frozen=True)
class Attacked:
    """What came of a data folder: its secrets, the site, and what was said of it."""

    truth: dict[Key, float]
    tree: Tree
    problems: tuple[Problem, ...]

    @property
    def known(self) -> set[Key]:
        """The secrets that can be worked out, or read."""
        guesses = worked_out(self.tree, self.truth)
        printed = whole_numbers(self.tree)
        return {
            key
            for key, truth in self.truth.items()
            if is_known(self._about(key, guesses[key]), truth)
            or (truth >= IS_RARE and round(truth) in printed)
        }

    def _about(self, key: Key, guesses: set[float]) -> set[float]:
        """The guesses that are no exact guess at another secret, which is about as large."""
        others = [x for other, x in self.truth.items() if other[0] == key[0] and other != key]
        return {one for one in guesses if not any(isclose(one, x, rel_tol=1e-6) for x in others)}

    def is_warned_of(self, key: Key) -> bool:
        """Whether a PS215 names this secret."""
        service, period, measure, channel = key
        name = f"{measure}:{channel}" if channel else measure
        return any(
            one.code == "PS215"
            and one.service == service
            and re.search(rf"(gives away|,| and) {re.escape(name)} in {period}(,| and)", one.found)
            for one in self.problems
        )


def folder(parent: Path, made: list[Scene], config: str) -> Path:
    """The data folder of some scenes, with the edition before them frozen."""
    names = {service: one.name for one in made for service in one.services}
    register = "service,name,department\n"
    register += "".join(f"{one},{one},Department of {scene}\n" for one, scene in names.items())

    def submission(*, earlier: bool) -> str:
        return HEADER + "".join(line for one in made for line in one.lines(earlier=earlier))

    kept = {"all.csv": submission(earlier=True)}
    path = data_folder(parent, register=register, submissions=kept, config=config)
    assert perfsite("freeze", "2018-03-01", path).code == 0
    (path / "submissions/all.csv").write_text(submission(earlier=False))
    return path


def loaded(path: Path) -> Data:
    """The data of a folder, as a build of the day has them."""
    return with_editions(load_data(path), path, DAY)


def attacked(parent: Path, seed: int, secrets: int, config: str = CONFIG) -> Attacked:
    """Build a site with so many secrets, and have it attacked."""
    made = scenes(Random(seed), secrets)  # noqa: S311 - made-up figures, the same in every run
    data = loaded(folder(parent, made, config))
    site = build(data)
    truth = {key: one.truth(key) for one in made for key in one.hidden}
    tree = {file.path: file.data for file in site.files}
    return Attacked(truth, tree, analyse(data, DAY).problems)


def test_no_secret_can_be_worked_out(tmp_path: Path) -> None:
    """Of fifty, suppressed and embargoed, none; and other figures are published all the same."""
    site = attacked(tmp_path, 0, 50)

    assert site.known == set()
    said = site.tree["data/observations.csv"].decode()
    assert said.count(",provided") > said.count(",confidential")


def test_the_adversary_is_warned_of_wherever_it_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing is held back it works out many, and each of them has its PS215."""
    monkeypatch.setattr(perfsite_build, "check_leaks", lambda *_: None)
    site = attacked(tmp_path, 0, 50, WARNED)

    known = site.known
    assert len(known) > len(site.truth) / 4
    assert {key for key in known if not site.is_warned_of(key)} == set()


@pytest.mark.proofs
@pytest.mark.parametrize("seed", range(1, 1 + 1000 // IN_A_FOLDER))
def test_none_of_a_thousand_secrets_can_be_worked_out(tmp_path: Path, seed: int) -> None:
    """The same with other secrets, a hundred at a time."""
    assert attacked(tmp_path, seed, IN_A_FOLDER).known == set()


@pytest.mark.proofs
@pytest.mark.parametrize("seed", range(1, 1 + 1000 // IN_A_FOLDER))
def test_each_of_a_thousand_that_can_be_worked_out_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """The same where nothing is held back."""
    monkeypatch.setattr(perfsite_build, "check_leaks", lambda *_: None)
    site = attacked(tmp_path, seed, IN_A_FOLDER, WARNED)

    assert {key for key in site.known if not site.is_warned_of(key)} == set()
