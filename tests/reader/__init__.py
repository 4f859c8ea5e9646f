"""A reader of every number that a page prints, who looks each up in the site's own files.

What a number may be depends on where it stands: the column and the row of a table, the card of a
KPI, a sentence about a period. It has to be the exact number of the files, rounded half away from
zero to the digits that are printed. Nothing of perfsite is imported.
"""
