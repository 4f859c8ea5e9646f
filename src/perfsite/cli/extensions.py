"""What perfsite is extended by: commands and importers, found by entry points.

A distribution offers them in its metadata, perfsite's own among them, so that the core need not
know which there are. Each is loaded when it is asked for; a broken one breaks nothing else.
"""

from __future__ import annotations

import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

import click

from perfsite.errors import PerfsiteError, UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

COMMANDS: Final = "perfsite.commands"
"""The entry points that lead to commands of click's."""
PROPOSALS: Final = "perfsite.proposals"
"""Those that lead to a function from a table (`Source`) to the text of a map for importing it."""
_NAME: Final = "perfsite"


def points_by_name(group: str) -> dict[str, list[EntryPoint]]:
    """The entry points of a group, by name; perfsite's own first, where distributions clash."""
    return _points_by_name(group, tuple(sys.path))


@cache
def _points_by_name(group: str, path: tuple[str, ...]) -> dict[str, list[EntryPoint]]:
    """The same, looked for once: all distributions of a path are gone through for it."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - the core's commands need none

    del path
    points = [
        *own_points(group),
        *(point for point in entry_points(group=group) if not _is_own(point)),
    ]
    by_name: dict[str, list[EntryPoint]] = {}
    for point in points:
        by_name.setdefault(point.name, []).append(point)
    return by_name


def own_points(group: str) -> list[EntryPoint]:
    """Perfsite's own entry points of a group.

    In a checkout pyproject.toml has them, whenever and whether it was installed.
    """
    from importlib.metadata import EntryPoint, entry_points  # noqa: PLC0415

    try:
        text = (Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8")
    except OSError:
        return [point for point in entry_points(group=group) if _is_own(point)]
    declared = tomllib.loads(text)["project"]["entry-points"].get(group, {})
    return [EntryPoint(name, value, group) for name, value in declared.items()]


def load(group: str, name: str) -> object:
    """What the entry point of a name leads to.

    Raises:
        UsageError: if none or more than one distribution offers it, or it cannot be loaded.
    """
    points = points_by_name(group).get(name)
    if not points:
        raise UsageError(f"there is no {_kind(group)} {name}; install perfsite anew")
    point, *others = points
    if others and _is_own(point):
        what, kind = ", ".join(map(distribution, others)), _kind(group)
        click.echo(f"perfsite: the {kind} {name} is perfsite's own; not that of {what}", err=True)
    elif others:
        what = " and ".join(map(distribution, points))
        raise UsageError(f"the {_kind(group)} {name} is offered by {what}; uninstall all but one")
    try:
        return point.load()
    # Whatever another distribution does when it is imported, the other commands go on.
    except Exception as error:
        raise unusable(point, f"{sentence(error)}; update or uninstall it") from error


def unusable(point: EntryPoint, why: str) -> UsageError:
    """That what an entry point leads to is not what it should be."""
    who = distribution(point)
    return UsageError(f"the {_kind(point.group)} {point.name} of {who} cannot be used: {why}")


def _kind(group: str) -> str:
    """What an entry point of a group leads to: perfsite.commands lead to a command."""
    return group.removeprefix(f"{_NAME}.").removesuffix("s")


def distribution(point: EntryPoint) -> str:
    """The distribution that offers an entry point, in words."""
    return _NAME if _is_own(point) or not point.dist else f"{point.dist.name} {point.dist.version}"


def sentence(error: BaseException) -> str:
    """What an exception of somebody else's code says, on one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


class Extended(click.Group):
    """A group to which entry points add commands.

    Attributes:
        points: the group of entry points.
    """

    points: ClassVar[str] = COMMANDS

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands; none is loaded for it."""
        return sorted({*super().list_commands(ctx), *points_by_name(self.points)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, loaded, or one that says why it cannot be."""
        if command := super().get_command(ctx, cmd_name):
            return command
        offered = points_by_name(self.points).get(cmd_name)
        if not offered:
            return None
        try:
            return self.made(load(self.points, cmd_name), offered[0])
        except PerfsiteError as error:
            return _refusal(cmd_name, str(error))

    def made(self, loaded: object, point: EntryPoint) -> click.Command:
        """The command that an entry point leads to, of what was loaded.

        Raises:
            UsageError: if it is none.
        """
        if not isinstance(loaded, click.Command):
            raise unusable(point, f"{point.value} is no click.Command")
        return loaded


def _is_own(point: EntryPoint) -> bool:
    """Whether perfsite offers it: those that a checkout declares are of no distribution."""
    return not point.dist or point.dist.name == _NAME


def _refusal(name: str, reason: str) -> click.Command:
    """A command that stands in the list and says why it cannot be used."""

    def refuse(words: tuple[str, ...]) -> None:
        del words
        raise UsageError(reason)

    words = click.Argument(["words"], nargs=-1, type=click.UNPROCESSED)
    return click.Command(
        name,
        params=[words],
        callback=refuse,
        help=f"This command says: {reason}.",
        short_help="Cannot be used; run it to see why.",
        context_settings={"ignore_unknown_options": True},
    )
