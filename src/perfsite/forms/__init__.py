"""Forms to fill in, and the files that a new site begins with; all of them text or bytes.

`form` says what stands in a form, `workbook` makes a workbook of it, `site` makes the files of a
new data folder, and `register` the row of a new service. Nothing here reads or writes a file.
"""

from __future__ import annotations

from perfsite.forms.form import Form, Shape, Style, make_form, periods_between
from perfsite.forms.register import add_to_register
from perfsite.forms.site import make_config, make_site_files

__all__ = [
    "Form",
    "Shape",
    "Style",
    "add_to_register",
    "make_config",
    "make_form",
    "make_site_files",
    "periods_between",
]
