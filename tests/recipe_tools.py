"""Recipes of CONTRIBUTING.md, applied to a scratch copy of the package.

A recipe is a file of `tests/recipes`: new files, and insertions that are anchored on the names of
the code. It has neither line numbers nor the paths of modules, so it holds when code moves.
CONTRIBUTING.md names the paths, and what was touched says whether it names the right ones.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any, Final

from markdown_pages import ROOT, fences

if TYPE_CHECKING:
    from collections.abc import Iterable

RECIPES: Final = Path(__file__).parent / "recipes"
_PACKAGE: Final = Path("src/perfsite")
_LITERALS: Final = ast.Tuple | ast.List | ast.Set | ast.Dict


@dataclass(frozen=True)
class Scratch:
    """A copy of what a site is built with, to be changed and run.

    Attributes:
        folder: where it lies.
        touched: every file that was added or changed, with the number of places in it.
    """

    folder: Path
    touched: dict[str, int] = field(default_factory=dict)

    @classmethod
    def copied(cls, folder: Path) -> Scratch:
        """A fresh copy of the package and its templates."""
        leave = shutil.ignore_patterns("__pycache__")
        for part in ("src", "templates", "scripts"):
            shutil.copytree(ROOT / part, folder / part, ignore=leave)
        return cls(folder)

    def apply(self, name: str) -> None:
        """Do what a recipe says."""
        recipe = tomllib.loads((RECIPES / f"{name}.toml").read_text("utf-8"))
        for one in recipe.get("file", ()):
            self._add(one)
        for one in recipe.get("insert", ()):
            self._insert(one)

    @property
    def places(self) -> int:
        """In how many places something was added."""
        return sum(self.touched.values())

    def run(self, *words: str | Path, cwd: Path) -> str:
        """What a command of the changed perfsite says on both streams; 0 and 1 are no failure."""
        return self._python("-m", "perfsite", *words, cwd=cwd)

    def script(self, name: str) -> str:
        """What a script of the copy says."""
        return self._python(self.folder / "scripts" / name, cwd=self.folder)

    def _python(self, *words: str | Path, cwd: Path) -> str:
        paths = [str(self.folder / "src"), os.environ.get("PYTHONPATH", "")]
        done = subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode in {0, 1}, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def _add(self, one: dict[str, Any]) -> None:
        """A new file; one of Python stands beside the module that defines `beside`."""
        text = one["text"].lstrip("\n")
        path = self.folder / one["path"] if "path" in one else self._beside(one)
        if path.suffix == ".py":
            text = self._with_imports(text, one.get("needs", ()), path)
        assert not path.exists(), path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        self._touch(path)

    def _beside(self, one: dict[str, Any]) -> Path:
        return self._module(one["beside"]).with_name(one["name"])

    def _insert(self, one: dict[str, Any]) -> None:
        """Something within a file: by a name of the code, or behind a line of another file."""
        if "file" in one:
            path = self._named(one["file"])
            path.write_text(before(path.read_text("utf-8"), one["before"], one["text"]), "utf-8")
        else:
            path = self._module(one["where"].partition(".")[0])
            more = python_of(one["python_of"]) if "python_of" in one else one["text"]
            text = path.read_text("utf-8")
            where = one["where"].rpartition(":")[2]
            if "before" in one:
                text = before(text, one["before"], more)
            else:
                text = inserted(text, where, more, one.get("behind", ""))
            own = set(re.findall(r"^(?:class|def) (\w+)|^(\w+)(?::| =)", text, re.MULTILINE))
            known = {name for names in own for name in names if name}
            needs = [name for name in one.get("needs", ()) if name not in known]
            path.write_text(self._with_imports(text, needs, path), "utf-8")
        self._touch(path)

    def _named(self, name: str) -> Path:
        """The one file of this name, or of this path."""
        found = [self.folder / name, *(self.folder / "src").rglob(name)]
        (path,) = (one for one in found if one.is_file())
        return path

    def _with_imports(self, text: str, names: Iterable[str], path: Path) -> str:
        """A module that imports these names of perfsite's, from wherever they are defined.

        What is somebody else's is imported as it stands: `from dataclasses import dataclass`.
        """
        lines = []
        for name in names:
            if name.startswith("from "):
                lines.append(f"{name}\n")
                continue
            module = self._module(name, path).relative_to(self.folder / "src").with_suffix("")
            lines.append(f"from {'.'.join(module.parts)} import {name.rpartition(':')[2]}\n")
        tree = ast.parse(text)
        last = max(
            (node.end_lineno or 0)
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            or (isinstance(node, ast.Expr) and node is tree.body[0])
        )
        rows = text.splitlines(keepends=True)
        return "".join([*rows[:last], *lines, *rows[last:]])

    def _module(self, name: str, near: Path | None = None) -> Path:
        """The one module that defines a name at its top; of several that in the room of `near`.

        `errors:RULES` is the name of the module as well, where several rooms have such a name.
        """
        stem, _, name = name.rpartition(":")
        found = [path for path, names in self._definitions.items() if name in names]
        found += [p for p in self._new() if p not in found and name in defined(p.read_text())]
        if stem:
            found = [path for path in found if path.stem == stem]
        if near and len(found) > 1:
            found = [path for path in found if path.parent == near.parent] or found
        assert len(found) == 1, (name, found)
        return found[0]

    def _new(self) -> list[Path]:
        paths = [self.folder / path for path in self.touched]
        return [p for p in paths if p.suffix == ".py" and p not in self._definitions]

    @cached_property
    def _definitions(self) -> dict[Path, set[str]]:
        package = self.folder / _PACKAGE
        return {p: defined(p.read_text("utf-8")) for p in sorted(package.rglob("*.py"))}

    def _touch(self, path: Path) -> None:
        name = path.relative_to(self.folder).as_posix()
        self.touched[name] = self.touched.get(name, 0) + 1


def defined(text: str) -> set[str]:
    """The names that a module defines at its top."""
    names = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def python_of(page: str) -> str:
    """The Python that a page shows, as an entry of a table."""
    (found,) = (
        one.text for one in fences((ROOT / page).read_text("utf-8")) if one.kind == "python"
    )
    return indent(found, " " * 8)


def before(text: str, anchor: str, more: str) -> str:
    """A text with something more before the one place where `anchor` stands."""
    assert text.count(anchor) == 1, anchor
    return text.replace(anchor, more.removeprefix("\n") + anchor)


def inserted(text: str, where: str, more: str, behind: str = "") -> str:
    """A module with something more at a name.

    Of `TABLE`, or `function.variable`, it becomes an entry of its first literal: the last, or that
    behind the one in which `behind` stands. Of a class it becomes the last field, and in a function
    it is done before the last return. Behind `function.after` there is one more definition.
    """
    more = more.removeprefix("\n")
    top, _, variable = where.partition(".")
    node = next(node for node in ast.parse(text).body if top in _names(node))
    rows = text.splitlines(keepends=True)
    if variable == "after":
        return _at(rows, node.end_lineno or 0, f"\n\n{more}")
    if isinstance(node, ast.ClassDef):
        fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
        return _at(rows, fields[-1].end_lineno or 0, indent(more, " " * 4))
    if isinstance(node, ast.FunctionDef) and not variable:
        end = next(one for one in reversed(node.body) if isinstance(one, ast.Return))
        return _at(rows, end.lineno - 1, indent(more, " " * 4))
    table = next(one for one in ast.walk(node) if (variable or top) in _names(one))
    assert isinstance(table, ast.Assign | ast.AnnAssign)
    assert table.value, where
    return _entered(rows, table.value, more, behind)


def _entered(rows: list[str], value: ast.expr, more: str, behind: str) -> str:
    """The rows of a module with one more entry of the first literal of a value."""
    literal = next(
        one for one in ast.walk(value) if isinstance(one, _LITERALS) and len(_entries(one)) > 1
    )
    last = [one for one in _entries(literal) if behind in ast.unparse(one)][-1]
    # Columns are counted in bytes.
    line, column = (last.end_lineno or 1) - 1, last.end_col_offset or 0
    start, rest = rows[line].encode()[:column].decode(), rows[line].encode()[column:].decode()
    one_line = literal.lineno == literal.end_lineno
    new = f", {more.strip()}{rest}" if one_line else f",\n{more.rstrip()},{rest.removeprefix(',')}"
    return "".join([*rows[:line], start + new, *rows[line + 1 :]])


def _entries(literal: ast.AST) -> list[ast.expr]:
    found = literal.values if isinstance(literal, ast.Dict) else getattr(literal, "elts", [])
    return list(found)


def _names(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    return set()


def _at(rows: list[str], line: int, more: str) -> str:
    return "".join([*rows[:line], more, *rows[line:]])
