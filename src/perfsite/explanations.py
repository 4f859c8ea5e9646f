"""What each code of `errors.RULES` means and how to mend it: explanations.toml, and its forms.

The file is data: plain text, examples and links, each by its name. A terminal, SARIF, previews and
docs/errors.md are made of it, and none of them is read back.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.resources import files as resources
from textwrap import fill, indent
from typing import TYPE_CHECKING, Final

from perfsite import documents
from perfsite.errors import RULES, Rule, Severity, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FILE: Final = "explanations.toml"
_WIDTH: Final = 80
_ARTICLES: Final = {Severity.ERROR: "an", Severity.WARNING: "a", Severity.NOTE: "a"}


@dataclass(frozen=True)
class Explanation:
    """What one code means.

    Attributes:
        code: the code of its rule.
        text: what is wrong and what follows from it, in paragraphs with a blank line between them.
            Plain text; `backticks` are round what somebody types.
        said: what the tool says of the example.
        mend: how to mend it, as `text`.
        files: the files of the example by their paths in the data folder.
        links: words that stand in `text` or `mend`, and where in docs/ they lead.
    """

    code: str
    text: str
    said: str
    mend: str
    files: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def rule(self) -> Rule:
        """The rule that is explained."""
        return RULES[self.code]

    @property
    def title(self) -> str:
        """The code and the title of its rule."""
        return f"{self.code}: {self.rule.title}"

    @property
    def blocks(self) -> list[tuple[bool, str]]:
        """The parts in their order: whether one stands as it was typed, and its plain text."""
        paragraphs = [self._weight, *self.text.strip().split("\n\n")]
        prose = [
            (True, block) if block.startswith("- ") else (False, " ".join(block.split()))
            for block in map(_untyped, paragraphs)
        ]
        example: list[tuple[bool, str]] = []
        for path, content in self.files.items():
            example += [(False, f"{path}:"), (True, content.rstrip("\n"))]
        example.append((True, self.said.rstrip("\n")))
        return [*prose, *example, (False, f"To mend it: {' '.join(_untyped(self.mend).split())}")]

    @property
    def plain(self) -> str:
        """All of it for a terminal: lines of 80 characters, examples as they are and indented."""
        parts = [
            _filled(block)
            if not typed
            else "\n".join(map(_filled, _items(block)))
            if block.startswith("- ")
            else indent(block, "    ")
            for typed, block in self.blocks
        ]
        return "\n\n".join([f"{self.title}\n{'=' * len(self.title)}", *parts])

    @property
    def markdown(self) -> str:
        """All of it as Markdown, as docs/errors.md has it below the heading."""
        return self._markdown(lambda words, address: f"[{words}]({address})")

    @property
    def standalone(self) -> str:
        """The same where docs/ is not beside it: a link is the command that prints the page."""
        return self._markdown(_as_command)

    def _markdown(self, link: Callable[[str, str], str]) -> str:
        parts = [self._weight, self._linked(self.text, link)]
        for path, content in self.files.items():
            kind = path.rpartition(".")[2]
            parts += [f"`{path}`:", f"```{kind}\n{content}```"]
        parts += [f"```text\n{self.said}```", f"**To mend it:** {self._linked(self.mend, link)}"]
        return "\n\n".join(parts)

    @property
    def _weight(self) -> str:
        severity = self.rule.severity
        return f"This is {_ARTICLES[severity]} {severity}."

    def _linked(self, text: str, link: Callable[[str, str], str]) -> str:
        """A text with its links, whose words may run over the end of a line."""
        text = text.strip()
        for words, address in self.links.items():
            pattern = r"\s+".join(map(re.escape, words.split()))
            if match := re.search(pattern, text):
                text = f"{text[: match.start()]}{link(match[0], address)}{text[match.end() :]}"
        return text


def _as_command(words: str, address: str) -> str:
    """A link of docs/errors.md as what prints the page, section or explanation it leads to."""
    page, _, section = address.partition("#")
    if "/" in page:
        return words  # a record of a decision, which the package does not carry
    if not page:
        return f"{words} (`perfsite explain {section[:5].upper()}`)"
    name = f"{page.removesuffix('.md')}#{section}".removesuffix("#")
    return f"{words} (`{documents.named(name)}`)"


def load_explanations() -> dict[str, Explanation]:
    """What each code means, by code, in the order of the rules."""
    text = resources("perfsite").joinpath(FILE).read_text("utf-8")
    by_code = {code: Explanation(code, **entry) for code, entry in tomllib.loads(text).items()}
    return {code: by_code[code] for code in RULES}


def all_codes() -> str:
    """A line for each code: its severity and its title."""
    return "\n".join(f"{rule.code}  {rule.severity:<7}  {rule.title}" for rule in RULES.values())


def known_code(text: str) -> str:
    """The code that was meant, in capital letters.

    Raises:
        UsageError: if there is none, with those that are near.
    """
    code = text.strip().upper()
    if code in RULES:
        return code
    swapped = [
        candidate for candidate in RULES if sorted(candidate) == sorted(code.replace("O", "0"))
    ]
    near = list(dict.fromkeys([*swapped, *get_close_matches(code, RULES, n=3)]))[:3]
    hint = f"did you mean {', '.join(near)}?" if near else "perfsite explain lists all"
    raise UsageError(f"there is no code {text}; {hint}")


def _untyped(text: str) -> str:
    """A text without the signs round what is typed: no reader of plain text needs them."""
    return text.strip().replace("`", "")


def _items(block: str) -> list[str]:
    """The items of a list, each in one line."""
    return [" ".join(item.split()) for item in re.split(r"\n(?=- )", block)]


def _filled(text: str) -> str:
    """A text in lines, those after the first of an item of a list below its words."""
    below = "  " if text.startswith("- ") else ""
    return fill(
        text, _WIDTH, subsequent_indent=below, break_long_words=False, break_on_hyphens=False
    )
