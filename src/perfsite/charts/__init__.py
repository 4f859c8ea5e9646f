"""Charts: what is drawn, in which words, and the drawing itself.

`series` picks the periods, and `breakdowns` those of what services gave beside them; `sentences`
says what they show. `pictures` has ticks and knows how wide words are, `layout` where they stand.
`jobs` puts pictures together as the values of `pictures`; `specs` holds the Vega templates, and
`draw` turns jobs into files in `workers`, but for what a `DrawingCache` has. Nothing but `draw` and
`specs` knows Altair or vl-convert.
"""
