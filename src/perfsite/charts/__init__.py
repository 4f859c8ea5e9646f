"""Charts: what is drawn, in which words, and the drawing itself.

`series` picks the periods, `sentences` says what they show, `scales` finds ticks, `jobs` puts a
chart together as a value, `specs` holds the Vega templates and `draw` turns jobs into SVG in
worker processes. Nothing but `draw` and `specs` knows Altair or vl-convert.
"""
