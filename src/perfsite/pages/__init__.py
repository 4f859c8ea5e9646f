"""Pages: what each page says, as values; how it looks is in templates/.

`context` holds one dataclass a page, `words` turns figures into cells and cards, and the other
modules build the contexts. All text is final here: a template only places it.
"""
