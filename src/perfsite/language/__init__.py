"""The language of a site: its words, its numbers, its dates and its currency.

What a language calls its months, where it puts a percent sign and how it groups thousands comes
from Babel; which figures are rounded how is perfsite's own, and the same in every language. A
`Language` is a value that is passed to whatever writes for people. Data files know none: see
`decimals` for how they spell numbers.
"""

from perfsite.language.catalogue import Catalogue, read_catalogue
from perfsite.language.dates import Dates
from perfsite.language.numbers import Comparisons

__all__ = ["Catalogue", "Language", "read_catalogue"]


class Language(Comparisons, Dates):
    """Everything that is written for people in one language and currency."""
