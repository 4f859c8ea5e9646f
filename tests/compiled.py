"""Templates that are compiled once in a process of tests, and not once for each of its builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import BytecodeCache

from perfsite import render

if TYPE_CHECKING:
    from types import CodeType

    from jinja2 import Environment
    from jinja2.bccache import Bucket

    from perfsite.language import Language
    from perfsite.render import Theme


class _Compiled(BytecodeCache):
    """Code by the name and the hash of the template that it was made of."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key, bucket.checksum] = bucket.code


def keep_compiled() -> None:
    """From now on every build of this process uses what an earlier one compiled."""
    cache, make = _Compiled(), render._environment  # noqa: SLF001 - nobody else is to change it

    def environment(theme: Theme, language: Language) -> Environment:
        made = make(theme, language)
        made.bytecode_cache = cache
        return made

    render._environment = environment  # noqa: SLF001 - as above
