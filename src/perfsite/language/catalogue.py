"""Words: messages as they stand in the code, and what a language says for them."""

from __future__ import annotations

import io
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Final

from babel import Locale, UnknownLocaleError, localedata
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.support import NullTranslations, Translations

from perfsite.errors import ConfigError
from perfsite.text import filled, isolated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

SOURCE: Final = "en"
"""The language in which perfsite's own messages are written."""
_ENOUGH: Final = 200
"""Every plural form of every language stands at one of the first so many whole numbers."""


class Catalogue:
    """The messages of one language; without translations, those of the code."""

    def __init__(
        self, tag: str, translations: NullTranslations | None = None, currency: str = "GBP"
    ) -> None:
        """The language with this BCP 47 tag, such as `en-GB`.

        Raises:
            ConfigError: if there is no such language.
        """
        self.tag = tag
        self.currency = currency
        self.translations = translations or NullTranslations()
        # Figures and periods repeat on page after page, and Babel takes its time for each.
        self._numbers: dict[str, str] = {}
        self._written: dict[tuple[str | float, ...], str] = {}
        self._dates: dict[tuple[date, str], str] = {}
        try:
            self.locale = _own_locale(tag)
        except (UnknownLocaleError, ValueError) as error:
            raise ConfigError(f"perfsite.toml: languages: {tag} is no language: {error}") from error

    @property
    def name(self) -> str:
        """What the language calls itself: `English`, `français`."""
        return str(self.locale.get_language_name() or self.tag)

    def say(self, text: str, /, **values: object) -> str:
        """A message in this language, with `{name}` filled in from `values`.

        A value with letters from right to left is set apart from the words around it.
        """
        translated = str(self.translations.ugettext(text)) if text else ""
        return filled(translated, _set_apart(values)) if values else translated

    def plural(self, number: float, singular: str, many: str, /, **values: object) -> str:
        """A message that depends on a number; `{n}` is the number in full."""
        translated = str(self.translations.ungettext(singular, many, self._representative(number)))
        return filled(translated, {"n": self.count(number), **_set_apart(values)})

    def count(self, value: float) -> str:
        """A number as this language writes it."""
        raise NotImplementedError

    def _representative(self, number: float) -> int:
        """A whole number with the same plural: catalogues count in whole numbers, people do not."""
        if number == int(number):
            return abs(int(number))
        form = self.locale.plural_form(abs(number))
        return next(i for i in range(_ENOUGH) if self.locale.plural_form(i) == form)


def _set_apart(values: Mapping[str, object]) -> dict[str, object]:
    return {name: isolated(value) for name, value in values.items()}


@cache
def _own_locale(tag: str) -> Locale:
    """The locale of a tag, with data of its own.

    Babel shares what a country inherits with its language, and writes what it finds by following
    an alias into what is shared: after `fr-CA`, "Jul" alone would be Canadian in `fr`, too.

    Raises:
        ValueError, UnknownLocaleError: if there is no such language.
    """
    locale = Locale.parse(tag, sep="-")
    data = localedata.load(str(locale))
    data.update(deepcopy(data))
    return locale


def read_catalogue(tag: str, files: Mapping[str, bytes]) -> NullTranslations:
    """The translations for a language: of `fr-CA.po`, else of `fr.po`; none for English.

    Raises:
        ConfigError: if there is no file for the language, or it cannot be read.
    """
    base = tag.partition("-")[0]
    data = files.get(f"{tag}.po", files.get(f"{base}.po"))
    if data is None:
        if base == SOURCE:
            return NullTranslations()
        raise ConfigError(
            f"perfsite.toml: languages: there is no translation into {tag}; "
            f"write templates/languages/{base}.po and name its folder with --templates"
        )
    try:
        catalogue = read_po(io.BytesIO(data), locale=base, abort_invalid=True)
    except (PoFileError, LookupError, UnknownLocaleError, ValueError) as error:
        raise ConfigError(f"the translation into {tag} cannot be read: {error}") from error
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
