"""Pages: what each page says, as values; how it looks is in templates/.

Each module builds the contexts of some pages (`components.contexts`), of what `components.elements`
and `widgets` make of figures; `site` puts them one after the other. All text is final here: a
template only places it.
"""
