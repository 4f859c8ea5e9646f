from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Error

from .places import HEIGHT, PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SERVICES: Final = 734
SHOWN: Final = "table#services tbody tr:not([hidden])"
ALL: Final = "table#services tbody tr"
COUNTED: Final = """number => {
  const rows = document.querySelectorAll("table#services tbody tr:not([hidden])").length;
  const count = document.querySelector("#filter-count");
  return (number === null || rows === number) && count &&
    count.innerText.trim().startsWith(`${rows} of 734 services`);
}"""
"""Whether the count is that of the rows, and of the number that is waited for."""
FEWER: Final = "() => document.querySelector('table#services tbody tr[hidden]')"
WAIT: Final = 5_000
"""Milliseconds: far more than a reader would wait, for a machine that is busy."""


@pytest.fixture(params=["http", "file"])
def place(request: pytest.FixtureRequest, site: Path) -> str:
    """The address of the list: on a server, and on a disk."""
    if request.param == "file":
        return (site / PAGES["list"]).as_uri()
    address: str = request.getfixturevalue("address")
    return address + PAGES["list"]


@pytest.fixture
def page(browser: Browser, place: str) -> Iterator[Page]:
    """The list of services in a window."""
    context = browser.new_context(viewport={"width": 1280, "height": HEIGHT})
    context.set_default_timeout(WAIT)
    opened = context.new_page()
    opened.goto(place)
    yield opened
    context.close()


def wait(page: Page, condition: str, words: str, *, about: object = None) -> None:
    """Wait until a function of JavaScript holds; if it never does, `words` say what failed."""
    try:
        page.wait_for_function(condition, arg=about, timeout=WAIT)
    except Error:
        pytest.fail(f"waited {WAIT} ms in vain: {words}")


def says(page: Page, number: int | None = None) -> int:
    """Wait until the count is that of the rows, and give it; with a number, it must be that."""
    wait(page, COUNTED, f"the count says how many rows are shown ({number or 'any'})", about=number)
    return page.locator(SHOWN).count()


def names(page: Page) -> list[str]:
    """The text of every row that is shown, in lower case."""
    rows: list[str] = page.eval_on_selector_all(
        SHOWN, "rows => rows.map(row => row.textContent.toLowerCase())"
    )
    return rows


def fragment(page: Page) -> dict[str, list[str]]:
    """What the address keeps."""
    return parse_qs(page.url.partition("#")[2])


def write(page: Page, text: str) -> None:
    """Write into the field for text."""
    wait(page, "() => document.querySelector('#filter-text')", "there is a field for text")
    page.locator("#filter-text").fill(text)


def choose(page: Page, selector: str, number: int) -> str:
    """Choose the option of a number, and give its value."""
    wait(
        page, "selector => document.querySelector(selector)", f"there is {selector}", about=selector
    )
    value: str = page.locator(f"{selector} option").nth(number).evaluate("option => option.value")
    assert value, f"option {number} of {selector} has no value"
    page.locator(selector).select_option(value)
    return value


def test_without_scripts_there_is_no_filter(browser: Browser, place: str) -> None:
    """A reader without scripts sees every service and no control that would do nothing."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(place)
    seen = page.locator(".filter").is_visible()
    there, shown = page.locator(".filter").count(), page.locator(SHOWN).count()
    context.close()

    assert (there, seen, shown) == (1, False, SERVICES)


def test_the_filter_has_labelled_controls(page: Page) -> None:
    """With scripts there are a field, two choices and a count that is read out, each labelled."""
    for selector in ("#filter-text", "#filter-department", "#filter-agency"):
        assert page.locator(selector).is_visible(), selector
        labels = page.locator(selector).evaluate("control => control.labels.length")
        assert labels == 1, selector
    assert page.locator("#filter-count[role=status]").is_visible()
    says(page, SERVICES)


def test_text_leaves_the_rows_that_have_it(page: Page) -> None:
    """Rows with the text stay whatever its case, all others go, and the count is theirs."""
    assert page.locator(ALL).count() == SERVICES
    expected = sum("tax" in row for row in names(page))
    write(page, "TAX")
    page.wait_for_function(
        "selector => document.querySelectorAll(selector).length < 734", arg=SHOWN
    )
    kept = says(page)

    assert 0 < kept <= expected
    assert [row for row in names(page) if "tax" not in row] == []
    assert fragment(page)["text"][0].lower() == "tax"


def test_nothing_that_fits_is_said(page: Page) -> None:
    """Text that no service has leaves no row, and the count says 0."""
    write(page, "zzzz no such service")
    says(page, 0)
    write(page, "")
    says(page, SERVICES)


def test_a_department_leaves_its_services(page: Page) -> None:
    """The rows of the chosen department stay; text narrows them further."""
    department = choose(page, "#filter-department", 3)
    whole = says(page)
    write(page, "a")
    wait(page, "() => /text=a(&|$)/.test(location.hash)", "the address keeps the text")
    some = says(page)

    assert 0 < some <= whole < SERVICES
    assert fragment(page)["department"] == [department]


def test_an_agency_leaves_its_services(page: Page) -> None:
    """The rows of the chosen agency stay, and the address keeps the choice."""
    agency = choose(page, "#filter-agency", 2)

    assert 0 < says(page) < SERVICES
    assert fragment(page)["agency"] == [agency]


def test_the_address_keeps_the_choice(page: Page, browser: Browser) -> None:
    """Loading the address again, or elsewhere, shows the same rows and the same controls."""
    department = choose(page, "#filter-department", 3)
    write(page, "a & b=c")
    wait(page, "() => location.hash.includes('text=a')", "the address keeps the text")
    write(page, "a")
    wait(page, "() => /text=a(&|$)/.test(location.hash)", "the address keeps the text")
    rows, address = names(page), page.url
    context = browser.new_context()
    other = context.new_page()
    other.goto(address)
    says(other, len(rows))
    found = (
        names(other),
        other.locator("#filter-text").input_value(),
        other.locator("#filter-department").input_value(),
    )
    context.close()
    page.reload()
    says(page, len(rows))

    assert found == (rows, "a", department)
    assert names(page) == rows


def test_the_count_has_totals(page: Page) -> None:
    """Beside the count there is at least one total with the number of services behind it."""
    choose(page, "#filter-department", 3)
    says(page)
    text = page.locator("#filter-count").inner_text()
    assert re.search(r"\d.*\d+ of \d+ services", text.partition("services")[2]), text
