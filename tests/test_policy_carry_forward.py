from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from corpus.made import workbook
from helpers import register
from perfsite.errors import Problem
from perfsite.exports.tables import observation_rows
from perfsite.model import PLACE, Service, Source
from perfsite.policy.carry_forward import carry_over, carry_services
from perfsite.policy.embargo import release
from perfsite.validate.register import read_register
from policy_tools import DAY, edition, frozen, public, read, short, source, thawed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from perfsite.editions import EditionFigures
    from perfsite.policy.carry_forward import Carried

NEXT = date(2018, 12, 19)
BEFORE = """
    period   transactions  cost  note
    2017-Q1  1000          50    _
    2017-Q2  1100          [c]   as~counted
    2017-Q3  1200~[p]      [z]   _
    """


def carried(
    now: str | Sequence[Source],
    last: EditionFigures | None,
    services: Mapping[str, Service] | None = None,
    more: Sequence[Problem] = (),
) -> tuple[pd.DataFrame, list[Carried], list[Problem]]:
    """What stands after a submission with errors, as on the day of the next edition."""
    sources = [source(now)] if isinstance(now, str) else now
    services = services or register("alpha")
    frame, problems = read(sources, NEXT, services)
    shown, _ = release(frame, NEXT)
    return carry_over(shown, services, [*problems, *more], last, sources)


def test_an_error_leaves_the_last_good_figure_in_place() -> None:
    """The figure of the edition stands, marked, with the file and row that it came from."""
    frame, notes, problems = carried(
        "period transactions\n2017-Q1 1O00\n2017-Q2 1111", edition(BEFORE)
    )

    assert short(frame) == {
        "2017-Q1 cost": 50,
        "2017-Q2 cost": "confidential",
        "2017-Q3 cost": "not_applicable",
        "2017-Q1 transactions": 1000,
        "2017-Q2 transactions": 1111,
        "2017-Q3 transactions": 1200,
    }
    rows = frame.set_index(["period", "measure"])
    assert rows.loc[("2017-Q1", "transactions"), "marks"] == "k"
    assert rows.loc[("2017-Q3", "transactions"), "marks"] == "pk"
    assert rows.loc[("2017-Q2", "transactions"), "marks"] == ""
    assert list(rows.loc[("2017-Q1", "transactions"), PLACE]) == [
        "editions/2018-09-19/submissions/alpha.csv",
        2,
    ]
    assert rows.loc[("2017-Q2", "cost"), "note"] == "as counted"
    assert [(one.service, one.figures, one.date, one.errors) for one in notes] == [
        ("alpha", 5, DAY, 1)
    ]
    assert [(p.code, p.file, p.row, p.service) for p in problems] == [
        ("PS216", "submissions/alpha.csv", 0, "alpha")
    ]
    assert problems[0].found == "5 figures of alpha from the edition of 2018-09-19 stand in"


def test_the_published_status_says_that_a_figure_was_carried_over() -> None:
    """Readers of the data can tell a figure of now from one of then."""
    frame, _, _ = carried("period transactions\n2017-Q1 1O00", edition(BEFORE))
    rows = observation_rows(frame.assign(flagged=False))

    assert {row[5] for row in rows} == {
        "provided carried_over",
        "provided provisional carried_over",
        "confidential carried_over",
        "not_applicable carried_over",
    }


def test_without_an_error_what_is_gone_is_gone() -> None:
    """A figure that was deleted from a good file is not published any more."""
    frame, notes, problems = carried("period transactions\n2017-Q2 1111", edition(BEFORE))

    assert short(frame) == {"2017-Q2 transactions": 1111}
    assert (notes, problems) == ([], [])


@pytest.mark.parametrize("value", ["5", "[x]", "[z]", "[c]", "5~[c]", "_"])
def test_whatever_is_given_now_beats_the_last_edition(value: str) -> None:
    """A number, a symbol, a suppressed figure and a blank cell are all answers of now."""
    frame, _, _ = carried(
        f"period transactions cost\n2017-Q1 {value} 1O\n2017-Q2 1111 60", edition(BEFORE)
    )
    rows = frame.set_index(["period", "measure"])

    assert rows.loc[("2017-Q1", "transactions"), "marks"] == ""
    assert list(rows.loc[("2017-Q1", "transactions"), PLACE]) == ["submissions/alpha.csv", 2]
    assert rows.loc[("2017-Q1", "cost"), "marks"] == "k"


def test_only_the_file_and_the_service_of_an_error_are_carried() -> None:
    """An error of one service does not bring back what others deleted, in the same file or not."""
    services = register("alpha", "beta")
    both = "service period measure value\nalpha 2017 cost 1\nbeta 2017 cost 2\n"
    last = edition(
        [source(both, "submissions/both.csv"), source("period completed\n2017 3")], DAY, services
    )
    now = "service period measure value\nalpha 2017 cost l0\nbeta 2018 cost 2\n"

    frame, notes, _ = carried(
        [source(now, "submissions/both.csv"), source("period started\n2018 3")], last, services
    )

    assert short(frame) == {"2017 cost": 1, "2018 started": 3, "beta 2018 cost": 2}
    assert [one.service for one in notes] == ["alpha"]


def test_a_row_of_nobody_carries_the_figures_of_its_file() -> None:
    """Where a service cannot be told, every figure that its file gave and gives no more stands."""
    services = register("alpha", "beta")
    table = "service period measure value\nalpha 2017 cost 1\nbeta 2017 cost 2\n"
    last = edition([source(table, "submissions/both.csv")], DAY, services)
    now = "service period measure value\nalhpa 2017 cost 1\nbeta 2017 cost 2\n"

    frame, notes, _ = carried([source(now, "submissions/both.csv")], last, services)

    assert short(frame) == {"2017 cost": 1, "beta 2017 cost": 2}
    assert [(one.service, one.figures, one.errors) for one in notes] == [("alpha", 1, 1)]


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe\x00", b'period,transactions\n"2017', b"a;b\n1;2\n"]
)
def test_a_file_that_cannot_be_read_is_carried_whole(data: bytes) -> None:
    """All that it gave stands; so it does when the file is not even there as it should be."""
    frame, notes, _ = carried([Source("submissions/alpha.csv", data)], edition(BEFORE))

    assert len(frame) == 6
    assert notes[0].figures == 6

    broken = Problem("submissions/alpha.csv", 0, "PS101", "", "a link that leads nowhere")
    assert len(carried([], edition(BEFORE), None, [broken])[0]) == 6


def test_a_workbook_that_cannot_be_read_carries_its_sheets() -> None:
    """The sheets of a workbook come and go with it."""
    last = edition([source(BEFORE, "submissions/alpha.csv")])
    frame = last.observations.assign(
        file=last.observations["file"].str.replace("alpha.csv", "figures.xlsx/Sheet 1")
    )
    object.__setattr__(last, "observations", frame)
    broken = Problem("submissions/figures.xlsx", 0, "PS103", "", "a damaged workbook")

    kept, notes, _ = carried([], last, None, [broken])

    assert len(kept) == 6
    assert notes[0].figures == 6


@pytest.mark.parametrize("wrong", ["1111~[C]", "1,111~[c]", "[~c~]"])
def test_a_suppression_that_failed_brings_nothing_back(wrong: str) -> None:
    """The figure that was published before is what somebody now wants to hide."""
    now = f"period transactions cost\n2017-Q1 {wrong} 50\n2017-Q2 1111 [c]\n2017-Q3 1200 [z]"
    frame, notes, problems = carried(now, edition(BEFORE))

    assert "2017-Q1 transactions" not in short(frame)
    assert [(one.figures, one.date, one.errors) for one in notes] == [(0, None, 1)]
    assert problems == []


def test_a_suppression_in_a_row_with_a_wrong_period_brings_nothing_back() -> None:
    """Whichever cell is wrong: the number was to be hidden."""
    now = "period transactions cost\n2017-Q7 1000~[c] 50\n2017-Q2 1100 [c]\n2017-Q3 1200 [z]"

    assert "2017-Q1 transactions" not in short(carried(now, edition(BEFORE))[0])


def test_a_suppression_in_a_refused_row_of_a_workbook_brings_nothing_back() -> None:
    """The row costs its figures for its note; what it was to hide stays hidden."""
    last = edition(BEFORE)
    frame = last.observations.assign(
        file=last.observations["file"].str.replace("alpha.csv", "alpha.xlsx")
    )
    object.__setattr__(last, "observations", frame)
    rows = [("period", "transactions", "cost", "note"), ("2017-Q1", "1000 [c]", "50", "@hidden")]
    rows.append(("2017-Q2", "1100", "[c]", ""))
    kept, _, _ = carried([Source("submissions/alpha.xlsx", workbook(*rows))], last)

    assert "2017-Q1 transactions" not in short(kept)


def in_csv(*rows: str) -> list[Source]:
    """A submission with a column of notes, which holds what its rows cost."""
    text = "\n".join(["period,transactions,cost,note", *rows])
    return [Source("submissions/alpha.csv", text.encode())]


def test_another_suppression_that_is_gone_makes_up_for_none_that_failed() -> None:
    """The cost of the second quarter was suppressed and is no longer; that of the first failed."""
    now = in_csv("2017-Q1,1000,[c],@hidden", "2017-Q3,1200,[z],")

    assert "2017-Q1 cost" not in short(carried(now, edition(BEFORE))[0])


def test_a_suppression_that_stood_before_hides_nothing_else() -> None:
    """The row that an error keeps out is the one whose cost the last edition had suppressed."""
    now = in_csv("2017-Q2,1100,[c],@hidden", "2017-Q3,1200,[z],")

    assert "2017-Q1 transactions" in short(carried(now, edition(BEFORE))[0])


def test_a_retracted_figure_is_not_carried() -> None:
    """What the last edition said was retracted stays away by its record alone."""
    last = edition(BEFORE)
    retracted = last.observations["period"] == "2017-Q1"
    frame = last.observations.assign(
        marks=last.observations["marks"].mask(retracted, "t"),
        status=last.observations["status"].mask(retracted, "not_provided"),
    )
    object.__setattr__(last, "observations", frame)

    kept, _, _ = carried("period transactions\n2017-Q9 5", last)

    assert set(kept["period"]) == {"2017-Q2", "2017-Q3"}


def test_a_figure_carried_twice_says_where_it_first_came_from() -> None:
    """Its source and its date stay those of the edition that was given it."""
    now = "period transactions\n2017-Q1 1O00"
    first, _, _ = carried(now, edition(BEFORE))
    later = thawed(frozen(first, NEXT, register("alpha")), NEXT)

    frame, notes, _ = carried(now, later)

    assert set(frame["file"]) == {"editions/2018-09-19/submissions/alpha.csv"}
    assert set(frame["marks"]) == {"k", "pk"}
    assert (notes[0].date, notes[0].figures) == (DAY, 6)


def test_carrying_again_changes_nothing() -> None:
    """It may be called once more when a rule has left more rows out."""
    now = [source("period transactions\n2017-Q1 1O00")]
    services = register("alpha")
    found, problems = read(now, NEXT)
    once, notes, said = carry_over(
        release(found, NEXT)[0], services, problems, edition(BEFORE), now
    )
    twice, again, said_again = carry_over(once, services, problems, edition(BEFORE), now)

    assert twice.equals(once)
    assert (again, said_again) == (notes, said)


def test_without_an_edition_figures_are_left_out_and_counted() -> None:
    """The page can say that something is missing, and there is no date."""
    frame, notes, problems = carried("period transactions\n2017-Q1 1O00\n2017-Q2 1111", None)

    assert short(frame) == {"2017-Q2 transactions": 1111}
    assert [(one.service, one.figures, one.date, one.errors) for one in notes] == [
        ("alpha", 0, None, 1)
    ]
    assert problems == []


def test_a_file_that_cannot_be_read_counts_for_the_service_of_its_name() -> None:
    """Without an edition its name is all that is known of whose figures it held."""
    _, notes, _ = carried([Source("submissions/home/alpha.csv", b"\xff")], None)

    assert [(one.service, one.errors) for one in notes] == [("alpha", 1)]


def test_warnings_carry_nothing() -> None:
    """What is only doubtful is published as it was given."""
    doubt = Problem("submissions/alpha.csv", 2, "PS201", "value", service="alpha")
    frame, notes, _ = carried("period transactions\n2018-Q1 5", edition(BEFORE), None, [doubt])

    assert short(frame) == {"2018-Q1 transactions": 5}
    assert notes == []


def test_figures_of_a_service_that_is_gone_are_not_carried() -> None:
    """Without a row of the register there is no page for them."""
    last = edition(
        [source("service period measure value\nbeta 2017 cost 2\n", "submissions/b.csv")],
        DAY,
        register("alpha", "beta"),
    )
    frame, notes, _ = carried([Source("submissions/b.csv", b"\xff")], last, register("alpha"))

    assert frame.empty
    assert notes == []


REGISTER = "service,name,department,url,opened\n"


def registered(*rows: str) -> tuple[dict[str, Service], list[Problem]]:
    """The register of these rows, and its problems."""
    return read_register([Source("services.csv", (REGISTER + "\n".join(rows)).encode())])


def test_a_lost_row_of_the_register_keeps_its_service() -> None:
    """It stands behind the id before its own, as the last edition knew it."""
    last = edition("period cost\n2017 1", DAY, register("zulu", "alpha", "beta"))
    services, problems = registered("zulu,Zulu,D,,", "alpha,Alpha,D,,", "beta,,D,,")
    kept, notes = carry_services(services, problems, last)

    assert list(kept) == ["zulu", "alpha", "beta"]
    assert kept["beta"] == last.services["beta"]
    assert kept["zulu"].department == "D"
    assert [(p.code, p.service) for p in notes] == [("PS216", "beta")]


def test_a_service_that_left_a_good_register_has_left() -> None:
    """Nothing is kept where nothing is wrong; an error that costs a cell costs no row."""
    last = edition("period cost\n2017 1", DAY, register("alpha", "beta"))

    assert list(carry_services(*registered("alpha,Alpha,D,,"), last)[0]) == ["alpha"]
    assert list(carry_services(*registered("alpha,Alpha,D,nowhere,"), last)[0]) == ["alpha"]


def test_a_renamed_service_is_not_kept_twice() -> None:
    """A former id of another service is that service."""
    last = edition("period cost\n2017 1", DAY, register("alpha", "beta"))
    services = register("gamma", aliases=("beta",))  # type: ignore[arg-type]
    broken = Problem("services.csv", 3, "PS114", "name")

    assert list(carry_services(services, [broken], last)[0]) == ["alpha", "gamma"]


def test_a_cell_that_an_error_took_stands_as_before() -> None:
    """A link that is none leaves the last good link in place, and all the rest is of now."""
    last = edition(
        "period cost\n2017 1", DAY, register("alpha", url="https://example.org", notes="old")
    )
    services, problems = registered("alpha,Alpha,D,nowhere,")
    named = [
        p if p.service else Problem(p.file, p.row, p.code, p.column, service="alpha")
        for p in problems
    ]
    kept, _ = carry_services(services, named, last)

    assert (kept["alpha"].url, kept["alpha"].notes) == ("https://example.org", "")


def test_without_an_edition_the_register_is_as_it_is() -> None:
    """There is nothing to keep anything from."""
    services, problems = registered("alpha,Alpha,D,,", "beta,,D,,")

    assert carry_services(services, problems, None) == (services, [])


@pytest.mark.parametrize("size", [3])
def test_the_order_of_the_frame_is_kept(size: int) -> None:
    """Carried rows stand where they would stand if they were given now."""
    services = register(*(f"s{number}" for number in range(size)))
    rows = "".join(f"s{n} 2017-Q{q} cost {n}{q}\n" for n in range(size) for q in (1, 2, 3))
    head = "service period measure value\n"
    last = edition([source(head + rows, "submissions/a.csv")], DAY, services)
    broken = rows.replace("s1 2017-Q2 cost 12", "s1 2017-Q2 cost l2")

    frame, _, _ = carried([source(head + broken, "submissions/a.csv")], last, services)
    whole = public([source(head + rows, "submissions/a.csv")], DAY, services)

    columns = ["service", "period", "value"]
    assert frame[columns].equals(whole[columns])
    assert frame.dtypes.astype(str).to_dict() == whole.dtypes.astype(str).to_dict()


def test_figures_of_a_folder_that_cannot_be_read_stand_in() -> None:
    """Nobody knows which files were in it, but the edition knows which figures came from there."""
    last = edition(BEFORE)
    fault = Problem("submissions/", 0, "PS128", found="Permission denied")
    other = Problem("submissions/other/", 0, "PS128", found="Permission denied")

    frame, notes, problems = carried([], last, more=[fault])

    assert short(frame)["2017-Q1 transactions"] == 1000
    assert [(one.service, one.errors) for one in notes] == [("alpha", 1)]
    assert [(p.code, p.file) for p in problems] == [("PS216", "submissions/")]
    assert short(carried([], last, more=[other])[0]) == {}
