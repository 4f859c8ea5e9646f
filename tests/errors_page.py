"""The messages that docs/errors.md shows, as the tool writes them.

`python tests/errors_page.py` writes each of them anew into the page, for a person to read in the
difference and to accept. test_docs.py holds the page against the tool.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from click.testing import CliRunner
from openpyxl import Workbook

from markdown_pages import DOCS, fences
from perfsite.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PAGE: Final = DOCS / "errors.md"
EDITION: Final = "2018-01-31"
REGISTER: Final = (
    "service,name,department\n"
    "passport,Passport applications,Home Office\n"
    "visa,Visa applications,Home Office\n"
)
"""The register that the page shows as a table."""
_MESSAGE: Final = re.compile(r"^```text\n.*?^```$", re.DOTALL | re.MULTILINE)


def _workbook() -> bytes:
    """A workbook with a sheet of figures and one of remarks."""
    book = Workbook()
    figures = book.worksheets[0]
    figures.title = "Figures"
    figures.append(["period", "transactions"])
    figures.append(["2017-07", 1200])
    book.create_sheet("Remarks").append(["The figures of July are late."])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


UNSHOWN: Final[Mapping[str, tuple[str, Callable[[], bytes | Path]]]] = {
    "PS101": ("submissions/passport.pdf", lambda: b"%PDF"),
    "PS102": (
        "submissions/passport.csv",
        lambda: "period,transactions,note\n2017-07,1200,Café\n".encode("latin-1"),
    ),
    "PS120": ("submissions/passport.xlsx", _workbook),
    "PS123": (
        "submissions/passport.csv",
        "period,transactions,note\n2017-07,1200,a quiet \u202emonth\n".encode,
    ),
    "PS124": (
        "submissions/passport.csv",
        f"period,transactions,note\n2017-07,1200,{'a long story ' * 200}\n".encode,
    ),
    "PS126": (
        "submissions/pass\u202etrop.csv",
        lambda: b"service,period,transactions\npassport,2017-07,1200\n",
    ),
    "PS122": ("submissions/passport.csv", lambda: b"period,transactions\r\n2017-07,1200\n"),
    "PS127": ("submissions/passport.csv/passport.csv", lambda: b"period,transactions\n2017,1\n"),
    "PS128": ("submissions/again", Path),
    "PS131": ("submissions/caf\udce9.csv", lambda: b"period,transactions\n2017,1\n"),
}
"""The files of sections that a page of text cannot show: their paths, and bytes or a link."""


EARLIER: Final[Mapping[str, tuple[str, Mapping[str, bytes]]]] = {
    "PS216": ("2017-12-31", {"submissions/passport.csv": b"period,transactions\n2017-07,1200\n"}),
    "PS217": ("2017-12-31", {"submissions/passport.csv": b"period,transactions\n2017-07,1200\n"}),
}
"""The editions that the examples of sections follow: their dates and files."""
BESIDE: Final[Mapping[str, set[str]]] = {"PS216": {"PS104"}}
"""The codes that the example of a section cannot be without."""


def message(code: str, section: str, folder: Path) -> tuple[str, set[str]]:
    """What the tool says of the examples of a section, and the codes that it named.

    The message has the problems of this code alone, as they stand in the report.
    """
    data = folder / "data"
    if code in EARLIER:
        day, before = EARLIER[code]
        _write(data, {"services.csv": REGISTER.encode(), **before})
        _say("freeze", day, str(data))
    files: dict[str, bytes | Path] = {
        one.path: one.text.encode() for one in fences(section) if one.path
    }
    if code in UNSHOWN:
        path, made = UNSHOWN[code]
        files = {**files, path: made()}
    _write(data, {"services.csv": REGISTER.encode(), **files})
    arguments = ["validate", str(data), "--edition", EDITION]
    if code.startswith("PS3"):
        source = str(data / "services.csv")
        arguments = ["import", "performance-platform", source, "--out", str(folder / "out")]
        if "MAP.toml" in files:
            map_ = str(data / "MAP.toml")
            arguments = ["import", "csv", source, "--map", map_, "--out", str(folder / "out")]
    said = _say(*arguments)
    blocks = [block.strip("\n") for block in said.split("\n\n") if f"[{code}]" in block]
    return "\n\n".join(blocks), set(re.findall(r"\bPS\d{3}\b", said))


def _write(folder: Path, files: Mapping[str, bytes | Path]) -> None:
    """Write these files, and a folder for submissions that may stay empty."""
    (folder / "submissions").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            path.symlink_to(content)
        else:
            path.write_bytes(content)


def _say(*arguments: str) -> str:
    """What a command of perfsite's says."""
    return CliRunner().invoke(main, arguments).output


def renewed(page: str) -> str:
    """The page with every message written anew."""
    head, *sections = re.split(r"^(?=## )", page, flags=re.MULTILINE)
    made = [head]
    for section in sections:
        code = section[3:8]
        if not re.fullmatch(r"PS\d{3}", code):
            made.append(section)
            continue
        with tempfile.TemporaryDirectory() as folder:
            text, _ = message(code, section, Path(folder))
        made.append(_MESSAGE.sub(f"```text\n{text}\n```".replace("\\", r"\\"), section))
    return "".join(made)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"{PAGE.name} is written anew; read the difference before you accept it\n")
