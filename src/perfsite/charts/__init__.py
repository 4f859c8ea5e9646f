"""Charts: what is drawn, in which words, and the drawing itself.

`series` picks the periods, and `breakdowns` those of what services gave beside them; `sentences`
says what they show. `pictures` has ticks and knows how wide words are, `layout` where they stand.
`jobs` puts pictures together as the values of `pictures`. `kinds` are charts in Altair, compiled to
Vega before; `specs` fills what was compiled, `axes` makes room for words and writes them, and
`draw` turns jobs into files in `workers`, but for what a `DrawingCache` has. Nothing but `kinds`
knows Altair, nothing but `converter` vl-convert.
"""
