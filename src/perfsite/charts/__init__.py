"""Charts: what is drawn, in which words, and the drawing itself.

`series` picks the periods, `sentences` says what they show, `scales` finds ticks, `lettering` knows
how wide words are and `placing` where they stand. `jobs`, `lines`, `stacks`, `treemaps` and `cards`
put pictures together as the values of `pictures`; `specs` holds the Vega templates and `draw` turns
jobs into files in `workers`, but for what a `store` has kept. Nothing but `draw` and `specs`
knows Altair or vl-convert.
"""
