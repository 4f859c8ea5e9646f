"""Keep the catalogues of templates/languages in step with the messages of the code.

`python scripts/translations.py` writes every message that the code and the templates hold into each
catalogue: new ones without a translation, those that are gone no more. A test fails until every
message is translated.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

ROOT: Final = Path(__file__).parents[1]
LANGUAGES: Final = ROOT / "templates" / "languages"
_KEYWORDS: Final = {
    "say": None,
    "message": None,
    "plural_message": (1, 2),
    "plural": (2, 3),
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
}
_HEADER: Final = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural}\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""


def messages() -> Catalog:
    """Every message of the code and the templates, with the files that hold it."""
    catalogue = Catalog(fuzzy=False)
    for folder, pattern, method in (
        ("src/perfsite", "*.py", "python"),
        ("templates", "*.html", babel_extract),
    ):
        for path in sorted((ROOT / folder).rglob(pattern)):
            for text in _found(path, method):
                catalogue.add(text, locations=[(path.relative_to(ROOT).as_posix(), 0)])
    return catalogue


def _found(path: Path, method: str | Callable[..., Any]) -> list[str | tuple[str, ...]]:
    with path.open("rb") as file:
        found = extract(method, file, keywords=_KEYWORDS, options={"trimmed": "true"})
        return [text if isinstance(text, str) else tuple(text) for _, text, _, _ in found]


def update(path: Path) -> int:
    """Bring one catalogue up to date; the number of messages that lack a translation."""
    language = path.stem
    with path.open("rb") as file:
        old = read_po(file, locale=language)
    new = messages()
    known = {message.id: message.string for message in old if message.id}
    fresh = Catalog(locale=language, fuzzy=False)
    # The forms of the file, not those of the data that this Babel has: some know more than others.
    fresh.mime_headers = [("Plural-Forms", old.plural_forms)]
    for message in new:
        if message.id:
            fresh.add(message.id, known.get(message.id), flags=message.flags)
    with path.open("wb") as file:
        # Without Babel's own header, which holds the time of day.
        file.write(_HEADER.format(language=language, plural=fresh.plural_forms).encode())
        write_po(file, fresh, omit_header=True, width=100, sort_output=True, no_location=True)
    return sum(not message.string or not all(message.string) for message in fresh if message.id)


def main() -> None:
    """Update every catalogue and say what is missing."""
    for path in sorted(LANGUAGES.glob("*.po")):
        missing = update(path)
        print(f"{path.relative_to(ROOT)}: {missing} messages without a translation")


if __name__ == "__main__":
    main()
