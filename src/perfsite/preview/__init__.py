"""A site before it is published: its pages, with every problem and every change in their place.

`annotate` puts fragments into finished pages, `problems` and `changes` make the fragments, `site`
knows which page gets which, and `folder` makes a folder of all that. Values in, values out: `serve`
shows the same notes on the pages that it answers with.
"""

from perfsite.preview.annotate import BLANK, Notes, annotate
from perfsite.preview.changes import compare, read_figures
from perfsite.preview.folder import make_preview
from perfsite.preview.problems import counted, explanations_fragment
from perfsite.preview.site import Pages, notes_renderer, pages_of

__all__ = [
    "BLANK",
    "Notes",
    "Pages",
    "annotate",
    "compare",
    "counted",
    "explanations_fragment",
    "make_preview",
    "notes_renderer",
    "pages_of",
    "read_figures",
]
