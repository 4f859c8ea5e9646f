from __future__ import annotations

import re

import pytest

from perfsite import errors
from perfsite.errors import RULES, PerfsiteError, Problem, Severity, has_errors


def test_every_exception_hangs_on_the_one_tree() -> None:
    """Each exception that the module defines can be caught as a PerfsiteError."""
    own = [
        thing
        for thing in vars(errors).values()
        if isinstance(thing, type) and issubclass(thing, BaseException)
    ]

    assert len(own) > 1
    assert [thing for thing in own if not issubclass(thing, PerfsiteError)] == []


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    """The drawing names every exception and no other."""
    drawn = set(re.findall(r"\b\w+Error\b", errors.__doc__ or ""))
    own = {
        name
        for name, thing in vars(errors).items()
        if isinstance(thing, type) and issubclass(thing, BaseException)
    }

    assert drawn == own


def test_every_rule_is_filed_under_its_own_code() -> None:
    """A code is PS and three digits, leads to the rule that carries it, and has a title."""
    for code, rule in RULES.items():
        assert rule.code == code
        assert re.fullmatch(r"PS\d{3}", code)
        assert rule.title
    assert len({rule.title for rule in RULES.values()}) == len(RULES)


def test_a_problem_has_the_severity_of_its_rule() -> None:
    """What is wrong with a value is an error, what contradicts another a warning."""
    assert Problem("a.csv", 2, "PS104").severity is Severity.ERROR
    assert Problem("a.csv", 2, "PS201").severity is Severity.WARNING
    assert Problem("a.csv", 2, "PS303").severity is Severity.NOTE


def test_an_unknown_code_cannot_be_used() -> None:
    """A problem with a code that nobody explains is a bug, and shows at once."""
    with pytest.raises(KeyError):
        Problem("a.csv", 2, "PS999")


def test_a_place_names_the_row_where_there_is_one() -> None:
    """Row 0 means the file as a whole."""
    assert Problem("a.csv", 7, "PS104").place == "a.csv:7"
    assert Problem("a.csv", 0, "PS101").place == "a.csv"


def test_problems_sort_by_file_and_row_as_numbers() -> None:
    """Row 10 comes after row 9, as in the file."""
    rows = [
        Problem("a.csv", 10, "PS104"),
        Problem("b.csv", 1, "PS104"),
        Problem("a.csv", 9, "PS104"),
    ]

    assert [problem.place for problem in sorted(rows)] == ["a.csv:9", "a.csv:10", "b.csv:1"]


def test_only_errors_count_as_errors() -> None:
    """Warnings and notes alone leave the data good."""
    mild = [Problem("a.csv", 2, "PS201"), Problem("a.csv", 2, "PS303")]

    assert not has_errors(mild)
    assert not has_errors([])
    assert has_errors([*mild, Problem("a.csv", 2, "PS108")])
