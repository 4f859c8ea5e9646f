"""The messages that the explanations of codes show, as the tool writes them.

`python tests/explained_examples.py` writes each of them anew into explanations.toml, for a person
to read in the difference and to accept. test_docs.py holds them against the tool.
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

from markdown_pages import ROOT
from perfsite.cli import main
from perfsite.explanations import FILE, load_explanations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from perfsite.explanations import Explanation

DATA: Final = ROOT / "src" / "perfsite" / FILE
EDITION: Final = "2018-01-31"
REGISTER: Final = (
    "service,name,department\n"
    "passport,Passport applications,Home Office\n"
    "visa,Visa applications,Home Office\n"
)
"""The register that docs/errors.md shows as a table."""
_SAID: Final = re.compile(r"(?<=^said = '''\n).*?(?=^'''$)", re.DOTALL | re.MULTILINE)


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
"""The files of examples that a page of text cannot show: their paths, and bytes or a link."""


EARLIER: Final[Mapping[str, tuple[str, Mapping[str, bytes]]]] = {
    "PS216": ("2017-12-31", {"submissions/passport.csv": b"period,transactions\n2017-07,1200\n"}),
    "PS217": ("2017-12-31", {"submissions/passport.csv": b"period,transactions\n2017-07,1200\n"}),
}
"""The editions that some examples follow: their dates and files."""
BESIDE: Final[Mapping[str, set[str]]] = {"PS216": {"PS104"}}
"""The codes that an example cannot be without."""


def message(explained: Explanation, folder: Path) -> tuple[str, set[str]]:
    """What the tool says of the example of a code, and the codes that it named.

    The message has the problems of this code alone, as they stand in the report.
    """
    code, data = explained.code, folder / "data"
    if code in EARLIER:
        day, before = EARLIER[code]
        _write(data, {"services.csv": REGISTER.encode(), **before})
        _say("freeze", day, str(data))
    files: dict[str, bytes | Path] = {path: text.encode() for path, text in explained.files.items()}
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


def messages() -> list[str]:
    """What the tool says of the example of each code, in their order."""
    with tempfile.TemporaryDirectory() as folder:
        said = [message(one, Path(folder, one.code))[0] for one in load_explanations().values()]
    return [f"{text}\n" for text in said]


def renewed(text: str, said: Iterable[str]) -> str:
    """explanations.toml with these messages, in the order of the codes."""
    left = iter(said)
    return _SAID.sub(lambda _: next(left), text)


if __name__ == "__main__":
    DATA.write_text(renewed(DATA.read_text("utf-8"), messages()), "utf-8", newline="\n")
    sys.stdout.write(f"{FILE} is written anew; read the difference before you accept it\n")
