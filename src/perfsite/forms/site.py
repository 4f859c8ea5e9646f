"""The files that a new data folder begins with: a small site of one example service."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from perfsite.decimals import csv_text
from perfsite.model import REGISTER_COLUMNS
from perfsite.periods import MONTHS_IN_QUARTER, Period

if TYPE_CHECKING:
    from datetime import date

EXAMPLE: Final = "example-library-card"
_SERVICE: Final = {
    "service": EXAMPLE,
    "name": "Example: apply for a library card",
    "department": "Example Council",
    "agency": "Example Libraries",
    "category": "Requesting a licence, permit or card",
    "customer_type": "Individuals",
    "description": "An example with invented figures. Delete it when your own services are here.",
    "notes": "All figures of this service are invented.",
}
_HEADER: Final = (
    "transactions", "transactions:digital", "transactions:phone", "transactions:post", "cost",
    "started", "completed", "rating_1", "rating_2", "rating_3", "rating_4", "rating_5", "note",
)  # fmt: skip
_FIGURES: Final = (
    (4210, 2484, 926, 800, 15156, 2760, 2484, 21, 30, 48, 167, 152, ""),
    (3985, 2431, 837, 717, 14545, 2671, 2431, 19, 27, 45, 160, 149, ""),
    (5120, 3226, 973, 921, 17664, 3506, 3226, 24, 33, 61, 221, 208, "Schools asked for cards"),
    (3760, 2444, 677, 639, 13348, 2642, 2444, 15, 24, 41, 166, 160, ""),
    (4385, 2938, 745, 702, 15129, 3159, 2938, 18, 25, 47, 199, 196, ""),
    (4102, 2830, 656, 616, 13947, 3027, 2830, 14, 22, 40, 190, 195, ""),
    (5390, 3827, 800, 763, 17787, 4072, 3827, 17, 26, 52, 258, 271, "Schools asked for cards"),
    (3921, 2862, 541, 518, 12743, 3029, 2862, 11, 18, 35, 188, 204, ""),
)  # fmt: skip
"""Eight quarters, invented; they add up, and grow as those of real services do."""


def make_site_files(*, title: str, folder: str, today: date) -> dict[str, str]:
    """The files of a new data folder by their names; `folder` is what people call it.

    The example's figures are for the eight quarters that had ended before `today`, which is the
    date of the first edition.
    """
    return {
        "perfsite.toml": make_config(title=title, today=today),
        "services.csv": csv_text(
            [REGISTER_COLUMNS, [_SERVICE.get(column, "") for column in REGISTER_COLUMNS]], "\n"
        ),
        f"submissions/{EXAMPLE}.csv": _example(today),
        "README.md": _README.format(title=title, folder=folder, example=EXAMPLE),
    }


def make_config(*, title: str, today: date) -> str:
    """A perfsite.toml with every entry that a new site should think about."""
    return _CONFIG.format(title=json.dumps(title, ensure_ascii=False), today=today.isoformat())


def last_quarter(today: date) -> Period:
    """The last quarter that had ended before this day."""
    quarter = (today.month - 1) // MONTHS_IN_QUARTER
    first = Period.months(today.year, quarter * MONTHS_IN_QUARTER + 1, MONTHS_IN_QUARTER)
    return first.before


def _example(today: date) -> str:
    last = last_quarter(today)
    first = -len(_FIGURES) + 1
    rows = [
        [last.shifted((first + at) * MONTHS_IN_QUARTER).code, *map(str, figures)]
        for at, figures in enumerate(_FIGURES)
    ]
    return csv_text([("period", *_HEADER), *rows], "\n")


_CONFIG: Final = """\
# What the publishing team decides about its site. Every entry may be left out.
# Lines that begin with # are not read: take the mark away to use them.

# The name of the site, and who publishes it.
title = {title}
publisher = "The name of your organisation"
description = "How our services are doing: how many people use them, how, and at what cost."

# Whom readers can tell about a wrong figure: an e-mail address.
# contact = "figures@example.org"

# What kind of figures these are. It stands at the foot of every page.
# status = "Management information, not official statistics"

# The licence of the figures.
# licence = "Open Government Licence v3.0"
# licence_url = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"

# The address at which the site will stand.
# base_url = "https://performance.example.org/"

# The languages of the site, the first one first, and the currency of all amounts.
languages = ["en-GB"]
currency = "GBP"

# The dates of the site's editions. Add a date whenever you publish new figures.
published = [{today}]

# Which channels are digital. Assisted digital, where staff help somebody, is not.
# digital_channels = ["digital", "online", "web", "api", "app", "mobile"]

# Sentences for the page about the data: what the figures cannot do.
caveats = ["The figures of the example service are invented."]

# Measures of your own, besides those that perfsite knows.
# [measures.complaints]
# name = "Complaints"
# kind = "count"
# aggregation = "sum"
# better = "lower"
"""

_README: Final = """\
# The data of "{title}"

This folder is all that the site is made of. It holds one example service with invented figures.

- `perfsite.toml`: what you decide about the site. Each entry has a comment.
- `services.csv`: the register. It has one row for each service.
- `submissions/`: the figures. They may be CSV, JSON or workbooks (`.xlsx`, `.ods`).

## The next three steps

1. Open `perfsite.toml` and write who you are.
2. Add a service of your own, and fill in the form that this makes:

   ```console
   perfsite new my-service {folder} --name "My service" --department "My department" --style xlsx
   ```

   Then delete `submissions/{example}.csv`, and the row of the example in `services.csv`.
3. Check the figures, and build the site:

   ```console
   perfsite validate {folder}
   perfsite build {folder}
   ```

   Open `build/index.html` in a browser.

`perfsite docs data-format` describes every column, period and symbol; `perfsite docs` lists what
else there is to read.
"""
