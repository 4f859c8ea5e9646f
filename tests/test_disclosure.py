"""What is not public and can be worked out: case by case, and that no message says the number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from helpers import register
from perfsite.config import SiteConfig
from perfsite.model import Source
from perfsite.policy.embargo import release
from perfsite.policy.suppression import find_tellers
from perfsite.validate.observations import read_observations
from policy_tools import DAY, source
from small_site import CONFIG, SUBMISSIONS, data_folder, perfsite, read_tree, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from perfsite.policy.suppression import Teller

SERVICES: Final = register("alpha")


def told(table: str, stocks: Iterable[tuple[str, str]] = ()) -> list[Teller]:
    """The figures of a table that give others away on the day."""
    read, _ = read_observations([source(table)], SERVICES, SiteConfig(), DAY)
    public, secrets = release(read, DAY)
    return find_tellers(public, {}, secrets, (), stocks, SiteConfig())


def short(table: str, stocks: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """The same in short: what gives away to what is given away."""
    return {
        " ".join(one.key[1:]).strip(): ", ".join(" ".join(x).strip() for x in one.secrets)
        for one in told(table, stocks)
    }


EMBARGO: Final = "2018-10-01"


@pytest.mark.parametrize("hidden", [f"13~[c] {EMBARGO}", "13~[c] _", f"13 {EMBARGO}", "13 soon"])
def test_a_quarter_that_the_year_gives_away_is_found_however_it_is_hidden(hidden: str) -> None:
    """Confidential, under embargo, both, or by a date that cannot be read: it is one thing."""
    table = f"""
        period  cost release_at
        2017-Q1 10   _
        2017-Q2 11   _
        2017-Q3 12   _
        2017-Q4 {hidden}
        2017    46   _
        """
    assert short(table) == {"2017 cost": "2017-Q4 cost"}


@pytest.mark.parametrize(
    "rows",
    [
        "2017-Q4,cost,13,\x01,2018-10-01\n",
        "2017-Q4,cost,13 [c],=1+1,\n",
        "2017-Q4,cost,13,,2018-10-01\n2017-Q4,cost,14,,2018-10-01\n",
        "2017-Q4,cost,1E3,,2018-10-01\n",
        "2017-Q4,cost,CONFIDENTIAL,,\n",
    ],
)
def test_a_secret_that_is_lost_by_an_error_stays_one(rows: str) -> None:
    """A note that cannot be published, two numbers, a cell that cannot be read: still a secret."""
    head = "period,measure,value,note,release_at\n2017-Q1,cost,10,,\n2017-Q2,cost,11,,\n"
    text = f"{head}2017-Q3,cost,12,,\n{rows}2017,cost,46,,\n"
    read, problems = read_observations(
        [Source("submissions/alpha.csv", text.encode())], SERVICES, SiteConfig(), DAY
    )
    public, secrets = release(read, DAY)

    assert len(problems) == 1
    assert set(public["period"]) == {"2017-Q1", "2017-Q2", "2017-Q3", "2017"}
    tellers = find_tellers(public, {}, secrets, (), (), SiteConfig())
    assert [one.key[1] for one in tellers] == ["2017"]


def test_what_waits_together_gives_nothing_away() -> None:
    """A year that is released with its last quarter, and two quarters that wait."""
    rows = "period cost release_at\n2017-Q1 10 _\n2017-Q2 11 _\n"
    assert told(f"{rows}2017-Q3 12 _\n2017-Q4 13 {EMBARGO}\n2017 46 {EMBARGO}") == []
    assert told(f"{rows}2017-Q3 12 {EMBARGO}\n2017-Q4 13 {EMBARGO}\n2017 46 _") == []


def test_years_that_begin_a_quarter_apart_tell_a_quarter() -> None:
    """The one less the other is a quarter less a quarter: no sum of one year shows it."""
    table = """
        period          transactions
        2016-Q1         10
        2016-Q2         [c]
        2016-Q3         [c]
        2016-Q4         [c]
        2017-Q1         [c]
        2016            100
        2016-04/2017-03 120
        """
    assert short(table) == {"2016-04/2017-03 transactions": "2017-Q1 transactions"}


@pytest.mark.parametrize(
    ("table", "teller"),
    [
        ("transactions transactions:digital digital_take_up\n2017 1000 [c] 38%", "digital_take_up"),
        ("transactions transactions:digital digital_take_up\n2017 [c] 380 38%", "digital_take_up"),
        ("transactions transactions:web digital_take_up\n2017 1000 380 [c]", "transactions"),
        ("transactions:app transactions:post digital_take_up\n2017 [c] 380 38%", "digital_take_up"),
        ("started completed completion_rate\n2017 1000 [c] 88.4%", "completion_rate"),
        ("started completed completion_rate\n2017 [c] 900 88.4%", "completion_rate"),
        ("cost transactions cost_per_transaction\n2017 [c] 900 2.07", "cost_per_transaction"),
        ("cost transactions cost_per_transaction\n2017 900 [c] 2.07", "cost_per_transaction"),
        ("uptime downtime availability\n2017-08 900 [c] 99%", "availability"),
        (
            "rating_1 rating_2 rating_3 rating_4 rating_5 user_satisfaction\n2017 5 6 [c] 8 9 61%",
            "user_satisfaction",
        ),
    ],
)
def test_shares_tell_their_parts_and_wholes(table: str, teller: str) -> None:
    """Share times whole is the part, part by share the whole, and one of five answers is left."""
    found = told(f"period {table}")

    assert [one.key[2] for one in found] == [teller]


@pytest.mark.parametrize(
    "table",
    [
        "transactions transactions:digital digital_take_up\n2017 [c] [c] 38%",
        "transactions:digital digital_take_up\n2017 [c] 38%",
        "started completed completion_rate\n2017 1000 [c] [c]",
        "started completion_rate\n2017 [c] 90%",
        "rating_1 rating_2 rating_3 rating_4 rating_5 user_satisfaction\n2017 5 [c] [c] 8 9 61%",
    ],
)
def test_two_of_three_keep_each_other(table: str) -> None:
    """A share alone, and a share of a secret whole, tell nothing."""
    assert told(f"period {table}") == []


def test_nothing_is_left_where_the_rest_is_nothing() -> None:
    """Two secrets that together are zero are two zeros; together one, they are not known."""
    table = (
        "period transactions transactions:web transactions:app transactions:post\n2017 {} 9 [c] [c]"
    )

    assert short(table.format(9)) == {
        "2017 transactions": "2017 transactions app, 2017 transactions post"
    }
    assert short(table.format(10)) == {}


def test_a_channel_that_is_in_the_year_by_its_quarters_is_in_its_sum() -> None:
    """The total of a year less a channel is the other channel's year, and that less quarters."""
    table = """
        period  measure      channel value
        2017    transactions _       100
        2017    transactions web     60
        2017-Q1 transactions post    10
        2017-Q2 transactions post    10
        2017-Q3 transactions post    10
        2017-Q4 transactions post    [c]
        """
    assert short(table) == {"2017 transactions": "2017-Q4 transactions post"}


def test_stocks_tell_nothing_of_their_quarters() -> None:
    """What there is on a day is no sum: a year of claims in payment is not its quarters."""
    table = "period transactions\n2017-Q1 10\n2017-Q2 11\n2017-Q3 12\n2017-Q4 [c]\n2017 12"

    assert short(table, [("alpha", "transactions")]) == {}
    assert len(told(table)) == 1


@pytest.mark.parametrize(("total", "held"), [(100, {}), (110, {"2017 transactions"})])
def test_a_correction_that_waits_is_told_by_a_total_that_has_it(total: int, held: set[str]) -> None:
    """While the total is the sum of what is public nobody learns anything."""
    lines = [
        "period measure channel value release_at",
        f"2017 transactions _ {total} _",
        "2017 transactions web 60 _",
        "2017 transactions post 40 _",
        f"2017 transactions post 50 {EMBARGO}",
    ]
    assert set(short("\n".join(lines))) == set(held)


def test_a_new_channel_hides_no_other_in_a_total_that_has_not_got_it() -> None:
    """It waits with the total that has it; the total of now less the channels of now tells one."""
    table = f"""
        period measure      channel value release_at
        2017   transactions _       100   _
        2017   transactions _       170   {EMBARGO}
        2017   transactions web     60    _
        2017   transactions post    [c]   _
        2017   transactions app     70    {EMBARGO}
        """
    assert short(table) == {"2017 transactions": "2017 transactions post"}


def test_an_edition_had_fewer_channels_to_hide_behind() -> None:
    """Two secrets hide each other now; of one of them the edition said that it was all the rest."""
    before = "period measure channel value\n2017 transactions _ 100\n2017 transactions web 60\n"
    then, _ = read_observations(
        [source(f"{before}2017 transactions post 40")], SERVICES, SiteConfig(), DAY
    )
    now = before.replace("100", "170") + "2017 transactions post [c]\n2017 transactions app [c]"
    read, _ = read_observations([source(now)], SERVICES, SiteConfig(), DAY)
    public, secrets = release(read, DAY)

    assert find_tellers(public, {}, secrets, (), (), SiteConfig()) == []
    (teller,) = find_tellers(public, {DAY: then}, secrets, (), (), SiteConfig())
    assert teller.key[1:] == ("2017", "transactions", "")
    assert [one.channel for one in teller.secrets] == ["post"]


def test_as_few_figures_as_are_needed_are_held_back() -> None:
    """One total hides a channel in its month; where the quarter tells it too, that goes as well."""
    table = """
        period  transactions transactions:web transactions:post
        2017-07 30           20               [c]
        2017-08 30           20               10
        2017-09 30           20               10
        """
    assert list(short(table)) == ["2017-07 transactions"]
    assert set(short(f"{table.rstrip()}\n2017-Q3 90 60 30")) == {
        "2017-07 transactions",
        "2017-Q3 transactions",
        "2017-Q3 transactions post",
    }


NUMBERS: Final = ("48213", "71834", "83914", "65127")
SECRET: Final = f"""\
service,period,measure,channel,value,note,release_at
full,2018-Q1,transactions,,{NUMBERS[0]},,2018-10-01
full,2018-Q1,transactions,digital,{NUMBERS[1]},,2018-10-01
full,2017-Q4,transactions,,"83,914",,2018-10-01
weekly,2017-W34,started,,"65,127 [c]",,
weekly,2017-W35,started,,{NUMBERS[3]}0O,,soon
full,2018-Q1,cost,,2400,,{NUMBERS[0]}
weekly,2017-W35,completed,,{NUMBERS[0]},,2018-10-01
weekly,2017-W35,completed,,{NUMBERS[1]},,2018-10-01
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("full.csv", "2017-Q4,48213,71834 [c],2018-10-01\n2018-Q1,83914,65127,2018-10-01\n"),
        ("full.csv", "service,period,measure,value,48213\nfull,2017-Q4,cost,71834,\n"),
        ("full.csv", "period,cost,release_at\n2017-Q4,2018-10-01,48213\n2018-Q1,,83914\n"),
        ("full.json", '[{"period": "2017-Q4", "cost": 48,213, "release_at": "2018-10-01"}]'),
        ("full.json", '[{"period": "2017-Q4", "cost": "1 [c]"} 48213]'),
    ],
)
def test_no_message_about_a_whole_file_says_a_number(tmp_path: Path, name: str, text: str) -> None:
    """Where a header or a comma is missing nobody can tell what is public: nothing is quoted."""
    folder = data_folder(tmp_path, submissions={name: text})
    ran = perfsite("validate", folder, "--edition", "2018-09-19")

    assert ran.code == 1
    assert says_one(ran.out + ran.err) == []
    assert "48" not in ran.out


def says_one(text: str) -> list[str]:
    """The secret numbers that a text says, with separators or without."""
    plain = re.sub(r"[,\u202f\xa0]", "", text)
    return [number for number in NUMBERS if number in plain]


@pytest.mark.parametrize("style", ["text", "json", "sarif", "html"])
def test_no_report_and_no_preview_says_a_number(tmp_path: Path, style: str) -> None:
    """Cells that cannot be read, parts above their wholes, and both of two: each is named alone."""
    folder = data_folder(tmp_path, submissions={**SUBMISSIONS, "secret.csv": SECRET})
    out = ("--out", tmp_path / "preview", "--no-charts") if style == "html" else ()
    ran = perfsite("validate", folder, "--edition", "2018-09-19", "--format", style, *out)

    assert ran.code == 1
    assert says_one(ran.out + ran.err) == []
    if style == "html":
        tree = read_tree(tmp_path / "preview")
        assert {
            path for path, data in tree.items() if says_one(data.decode("utf-8", "replace"))
        } == set()
    codes = ("PS104", "PS110", "PS119", "PS201")
    assert [code for code in codes if code not in ran.out] == []


def test_what_an_edition_said_is_not_told_again(tmp_path: Path) -> None:
    """Neither under a former id of the service, nor in a preview or a comparison of editions."""
    before = "service,period,measure,channel,value\n"
    rows = [("", "98765"), ("digital", "43210"), ("phone", "55555")]
    before += "weekly,2017-W36,started,,77123\n"
    before += "".join(f"one-figure,2018-Q1,transactions,{one},{value}\n" for one, value in rows)
    folder = data_folder(tmp_path, submissions={**SUBMISSIONS, "more.csv": before})
    for day, value in (("2018-03-01", "55555"), ("2018-08-01", "55556")):
        (folder / "submissions/more.csv").write_text(before.replace("55555", value))
        assert perfsite("freeze", day, folder).code == 0
    now = before.replace("55555", "55555 [c]").replace("one-figure", "one")
    now = now.replace("77123", "[c]")
    (folder / "submissions/more.csv").write_text(now)
    # Where the service has another id now, editions have the figures under the former one.
    register_file = folder / "services.csv"
    register_file.write_text(
        register_file.read_text()
        .replace("one-figure,Stop a clock,Ministry of Time,MoT,Clock House,,,,,,,,",
                 "one,Stop a clock,Ministry of Time,MoT,Clock House,,,,,,one-figure,,")
    )  # fmt: skip
    clocks = folder / "submissions/clocks.json"
    clocks.write_text(clocks.read_text().replace("one-figure", "one"))

    out = tmp_path / "site"
    ran = perfsite("build", folder, "--out", out, "--no-charts", "--edition", "2018-09-19")
    assert ran.code == 1
    assert "gives away transactions:phone in 2018-Q1" in ran.err
    for said in (*(data.decode("utf-8", "replace") for data in read_tree(out).values()), ran.err):
        assert not re.search("5555[56]|55,55[56]|98,?765", said)
    rows_then = rows_of((out / "editions/2018-03-01/observations.csv").read_bytes())
    hidden = {row["channel"]: row["value"] for row in rows_then if row["period"] == "2018-Q1"}
    assert hidden == {"": "", "digital": "43210", "phone": ""}
    assert "5555" not in perfsite("diff", "2018-03-01", "2018-08-01", folder).out
    preview = tmp_path / "preview"
    perfsite("validate", folder, "--format", "html", "--no-charts", "--out", preview)
    pages = b"".join(read_tree(preview).values())
    assert not re.search(b"55,?55[56]|77,?123", pages)


@pytest.mark.parametrize(("severity", "code"), [("error", 1), ("warning", 0)])
def test_a_site_may_make_it_a_warning_and_no_less(tmp_path: Path, severity: str, code: int) -> None:
    """Then nothing is held back; a note, or nothing at all, is refused."""
    text = "service,period,started,release_at\n" + "".join(
        f"full,2018-0{month},{1000 + month},{'2018-10-01' if month == 3 else ''}\n"
        for month in (1, 2, 3)
    )
    text += "full,2018-Q1,3006,\n"
    config = CONFIG.replace("[checks.severity]", f'[checks.severity]\nPS215 = "{severity}"')
    folder = data_folder(tmp_path, submissions={"full.csv": text}, config=config)
    ran = perfsite(
        "build", folder, "--out", tmp_path / "site", "--no-charts", "--edition", "2018-09-19"
    )

    assert ran.code == code
    assert "which waits until 2018-10-01" in ran.err
    data = (tmp_path / "site/data/observations.csv").read_text()
    assert ("3006" in data) == (severity == "warning")
    assert ("Held back" in ran.out) == (severity == "error")
    for less in ("note", "off"):
        (folder / "perfsite.toml").write_text(config.replace(severity, less))
        refused = perfsite("validate", folder)
        assert (refused.code, "never left unsaid" in refused.err) == (3, True)
