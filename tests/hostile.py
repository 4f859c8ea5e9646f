"""Strings that somebody could send, by what they try, and a data folder that holds one everywhere.

`REFUSED` must never be published, `ALLOWED` must be published as they are and do nothing. The files
have the string in every field of words; `PLAIN` is what stands there in the site to compare with.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PLAIN: Final = "Plain"
OBEYED: Final = (
    *(
        "a\x00b",
        "a\x01b",
        "\x07",
        "a\x08",
        "a\x0bb",
        "a\x0cb",
        "a\x1b[2Jb",
        "a\x1b]0;t\x07b",
        "\x1fa",
        "a\x1c",
    ),
    *("a\x7fb", "a\x80b", "a\x85b", "a\x85", "a\x9b31mb", "a\x9fb"),
    *(
        "a\u2028b",
        "a\u2029b",
        "\u2029a",
        "a\u202ab",
        "a\u202bb",
        "a\u202cb",
        "a\u202db",
        "a\u202eb",
        "\u202e123",
    ),
    *(
        "a\u2066b",
        "a\u2067b",
        "a\u2068b",
        "a\u2069b",
        "\u2069\u2069a",
        "\u2068<b>\u2069",
        "a\u206ab",
        "a\u206fb",
    ),
    *(
        "\ufeffa",
        "a\ufeffb",
        "a\ufff9b\ufffac\ufffb",
        "a\ufdd0b",
        "a\ufdefb",
        "a\ufffeb",
        "a\uffffb",
    ),
    *("a\U0001fffeb", "a\U0010ffffb", "a\ud800b", "a\udfffb", "\udcff", "a\U000e0001b"),
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)
"""Characters that are outside the alphabet."""
RUN: Final = (
    *(
        "=1+1",
        '=HYPERLINK("http://example.org","x")',
        "=cmd|' /C calc'!A0",
        "+1+1",
        "+44 20 7946",
        "@SUM(1+1)",
    ),
    *(
        "-a",
        "-1+cmd|' /C calc'!A0",
        "- x",
        "\uff1d1+1",
        "\uff0b1",
        "\uff20SUM(1)",
        "\uff0da",
        "a;=1+1",
        'a";"=1+1',
    ),
    *("a\n=1+1", "a\t@SUM(1)", "\t=1", "\n=1", " =1", "\xa0=1", "a;-cmd|'x'!A0"),
)
"""Texts that a spreadsheet would run."""
LONG: Final = ("x" * 30_000, "ש" * 5_400, "wide " * 6_000)
REFUSED: Final = (*OBEYED, *RUN, *LONG)
MARKUP: Final = (
    *(
        "<script>hit()</script>",
        "</script><script>hit()</script>",
        "</title><script>hit()</script>",
    ),
    *(
        '"><img src=x onerror=hit()>',
        "'><img src=x onerror=hit()>",
        "<svg onload=hit()>",
        "<svg/onload=hit()//",
    ),
    *(
        "<iframe srcdoc='<script>parent.hit()</script>'>",
        "<a href=javascript:hit()>x</a>",
        "javascript:hit()",
    ),
    *("<!--", "-->", "<!-- x -->", "]]>", "<![CDATA[x]]>", "<?xml version='1.0'?>", "<?php x ?>"),
    *(
        "<!DOCTYPE x [<!ENTITY e 'x'>]>",
        "&e;",
        "&lt;b&gt;",
        "&amp;amp;",
        "&#x3C;b&#x3E;",
        "&nbsp;",
        "&",
        "&#0;",
    ),
    *(
        "<bdi>",
        "</bdi>",
        "<bdo dir=rtl>x",
        "<plaintext>",
        "<textarea>",
        "</textarea>",
        "<base href=//x>",
    ),
    *(
        "<meta http-equiv=refresh content=0>",
        "<style>*{display:none}</style>",
        "</p></main>",
        "<",
        ">",
        "<>",
    ),
    *(
        '"',
        "'",
        "`",
        '"" onfocus=hit() autofocus x=""',
        "' onclick='hit()",
        "x\ty",
        "</figure></details>",
    ),
    *(
        "//example.org",
        "../../etc/passwd",
        "C:\\con\\nul",
        "\\",
        "\\n",
        "\\u003c",
        "%3Cscript%3E",
        "#x",
        "?a=b&c=d",
    ),
)
"""Texts that would be more than text in HTML, XML, JSON or an address."""
CODE: Final = (
    *(
        "{{ 7 * 7 }}",
        "{% raw %}",
        "{# x #}",
        "{0}",
        "{name}",
        "{n}",
        "{",
        "}}",
        "{name!r}",
        "{name.__class__}",
    ),
    *(
        "%s",
        "%(name)s",
        "%n",
        "%",
        "%%",
        "$name",
        "${jndi:ldap://x}",
        "$&",
        "\\1",
        "\\g<0>",
        "`id`",
        "$(id)",
    ),
    *(
        "'; DROP TABLE services; --",
        "None",
        "NaN",
        "nan",
        "null",
        "undefined",
        "true",
        "[x]",
        "[c]",
        "1e6",
        "0",
    ),
    *("a,b", "a;b", 'a"b', "a\nb", "a\r\nb", "__proto__", "constructor", "index", "con"),
)
"""Texts that would be more than text in a template, a message, a program or a table."""
SCRIPTS: Final = (
    *(
        "ירושלים",
        "שירות (3)",
        "A שירות",
        "שירות A",
        "وزارة الداخلية",
        "٣ خدمات",
        "\u0645\u06cc\u200c\u062e",
        "ދިވެހި",
    ),
    *(
        "\u200fa",
        "\u200ea",
        "\u061ca",
        "ש\u200f!",
        "\u0928\u092e\u0938\u094d\u0924\u0947",
        "\u0d28\u0d4d\u200d",
        "ไทย",
    ),
    *(
        "日本語",
        "한국어",
        "ΑΒΓ",
        "ß ŉ İ \u0131",
        "ﬁ",
        "Z\u0351\u036b\u0353\u032a\u0302",
        "e\u0301",
        "\ufffd",
        "\ue000",
    ),
    *(
        "\u0378",
        "👩\u200d🚀",
        "\U0001d400",
        "\uff1cscript\uff1e",
        "a\u200bb",
        "a\u00adb",
        "a\u2060b",
        "\u3164x",
        "x" * 50,
    ),
)
"""Names in the scripts of the world, and what renders oddly; each is a text like any other."""
ALLOWED: Final = (*MARKUP, *CODE, *SCRIPTS)
REGISTER: Final = (
    *("service", "name", "department", "department_abbr", "agency", "agency_abbr", "category"),
    *("customer_type", "funded_by", "url", "description", "cost_notes", "notes", "keywords"),
)
SETTINGS: Final = (
    *(
        "title",
        "publisher",
        "description",
        "contact",
        "status",
        "update_schedule",
        "end_plan",
        "licence",
    ),
)


def cell(text: str, field: str, number: int = 0) -> str:
    """A text of one field of one service: at its start and at its end stands the string."""
    if text.startswith("-"):
        text = f"x {text}"  # before words it would be run
    if field.endswith("_abbr"):
        return f"{text[:54]} {field[:3]}{number}"
    return f"{text} {field} {number} {text}."


def table(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def folder(texts: Sequence[str], setting: str = PLAIN) -> Mapping[str, bytes]:
    """The files of a data folder: a service for each text, and one text in all the settings."""
    register: list[Sequence[object]] = [REGISTER]
    figures: list[Sequence[object]] = [
        ("service", "period", "transactions", "transactions:digital", "cost", "note")
    ]
    others: list[Sequence[object]] = [("service", "period", "measure", "value", "note")]
    back: list[Sequence[object]] = [("service", "period", "measure", "channel", "reason", "date")]
    for number, text in enumerate(texts):
        key = f"s{number}"
        words = {name: cell(text, name, number) for name in REGISTER}
        words |= {"service": key, "url": f"https://example.org/{number}"}
        register.append([words[name] for name in REGISTER])
        for year in (2016, 2017):
            note = cell(text, "note", number)
            figures += [
                (key, f"{year}-Q{q}", 1000 + 7 * q + year, 400 + q, 3000 + q, note)
                for q in (1, 2, 3, 4)
            ]
        others.append((key, "2017-Q4", "complaints", 12 + number, cell(text, "remark", number)))
        others.append((key, "2017-Q3", "complaints", 13 + number, ""))
        back.append((key, "2017-Q3", "complaints", "", cell(text, "reason", number), "2018-01-02"))
    return {
        "services.csv": table(register).encode(),
        "submissions/figures.csv": table(figures).encode(),
        "submissions/others.csv": table(others).encode(),
        "retractions.csv": table(back).encode(),
        "perfsite.toml": settings(setting).encode(),
    }


def settings(text: str) -> str:
    """perfsite.toml with a text in every entry that holds words."""
    said = {
        name: toml(cell(text, name))
        for name in (*SETTINGS, "journey", "measure", "source", "related")
    }
    lines = [f"{name} = {said[name]}" for name in SETTINGS]
    return "\n".join(
        [
            *lines,
            *(
                "published = [2018-01-31]",
                f"strengths = [{said['title']}]",
                f"caveats = [{said['status']}]",
            ),
            *("[[sources]]", f"name = {said['source']}", f"publisher = {said['publisher']}"),
            *(
                f"licence = {said['licence']}",
                f"note = {said['description']}",
                'url = "https://example.org/"',
            ),
            *("[[related]]", f"name = {said['related']}", 'url = "https://example.org/"'),
            *(
                "[measures.complaints]",
                f"name = {said['measure']}",
                'kind = "count"',
                'aggregation = "sum"',
            ),
            *(
                "[[journeys]]",
                'service = "s0"',
                f"name = {said['journey']}",
                'steps = ["started", "completed"]',
            ),
            *("[checks.severity]", 'PS214 = "off"'),
        ]
    )


def toml(text: str) -> str:
    """A text as TOML has it, every letter by its number."""
    return '"' + "".join(f"\\U{ord(one):08x}" for one in text) + '"'
