"""The preview of a site, on the command line: `validate --format html`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perfsite.cli.building import Bar, check_apart, cores, tell_undrawn
from perfsite.errors import UsageError
from perfsite.faults import COURSE
from perfsite.model import Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from perfsite.analysis import Known

_FIGURES = "data/observations.csv"


def write_preview(
    known: Known,
    edition: date,
    data: Path,
    out: Path,
    *,
    services: Sequence[str],
    since: Path | None,
    charts: bool,
) -> tuple[int, bool]:
    """Build the site of the folder `data` and put a preview of it at `out`.

    How many files it has, and whether all of its pictures could be drawn.

    Raises:
        UsageError: if `out` is no folder for it, or `since` is no site.
        BuildError: if the site cannot be made.
    """
    from perfsite.build import build_site, without_collector  # noqa: PLC0415 - pandas
    from perfsite.cache import Store  # noqa: PLC0415
    from perfsite.disk import Kind  # noqa: PLC0415
    from perfsite.load import load_theme  # noqa: PLC0415
    from perfsite.manual import load_explanations  # noqa: PLC0415
    from perfsite.model import Edition  # noqa: PLC0415
    from perfsite.preview import make_preview  # noqa: PLC0415
    from perfsite.write import drawings_beside  # noqa: PLC0415
    from perfsite.write.target import Target  # noqa: PLC0415

    COURSE.begin(out)
    check_apart(data, out)
    theme = load_theme()
    with Target(out, Kind.PREVIEW) as target:
        with Bar() as bar, without_collector():
            site = build_site(
                known,
                Edition(edition, known.data.hash),
                theme,
                workers=cores(),
                charts=charts,
                progress=bar,
                store=Store(drawings_beside(out)) if charts else None,
            )
        files = make_preview(
            site.files,
            known.problems,
            theme,
            services=services,
            earlier=_sayable(_earlier(since) if since else _last_edition(known), known),
            explanations=load_explanations(),
        )
        target.put(files)
    if site.undrawn:
        tell_undrawn(site.undrawn, known.services)
    return len(files), not site.undrawn


def _last_edition(known: Known) -> pd.DataFrame | None:
    """The figures of the newest frozen edition before this one; None where there is none."""
    import pandas as pd  # noqa: PLC0415 - takes half a second

    from perfsite.exports.tables import OBSERVATION_COLUMNS, observation_rows  # noqa: PLC0415

    last = known.data.last
    return (
        pd.DataFrame(observation_rows(last.observations), columns=OBSERVATION_COLUMNS)
        if last
        else None
    )


def _sayable(earlier: pd.DataFrame | None, known: Known) -> pd.DataFrame | None:
    """Figures of an earlier site without the numbers of those that are not public now."""
    from perfsite.policy.embargo import is_one_of, keys_of  # noqa: PLC0415 - pandas

    if earlier is None:
        return None
    closed = known.hidden | (keys_of(known.secrets) - keys_of(known.observations))
    mine = is_one_of(earlier, closed) & (earlier["value"] != "").to_numpy(dtype=bool)
    return earlier.assign(
        value=earlier["value"].mask(mine, ""),
        status=earlier["status"].mask(mine, str(Status.CONFIDENTIAL)),
    )


def _earlier(site: Path) -> pd.DataFrame:
    """The figures of an earlier site: of its folder, or of its file of observations."""
    from perfsite.load import load_source  # noqa: PLC0415
    from perfsite.preview import read_figures  # noqa: PLC0415

    source = load_source(site / _FIGURES if site.is_dir() else site)
    try:
        return read_figures(source.data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(f"--since {site}: {source.path} is not UTF-8 text") from error
