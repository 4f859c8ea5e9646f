"""What the parts of the policy do with frames of observations: keys, files, order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from perfsite.model import FIGURE
from perfsite.validate.observations import in_order

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from perfsite.model import Key, Service

_EDITION: Final = re.compile(r"^editions/([0-9]{4}-[0-9]{2}-[0-9]{2})/")
_SHEET: Final = re.compile(r"(\.(?:xlsx|ods))/.*$", re.IGNORECASE)


def is_one_of(frame: pd.DataFrame, keys: Collection[Key]) -> NDArray[np.bool_]:
    """Which rows have one of these keys."""
    if not keys or frame.empty:
        return np.zeros(len(frame), dtype=bool)
    return np.asarray(_index(frame).isin(list(keys)), dtype=bool)


def is_given_in(frame: pd.DataFrame, other: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows have a key that a row of the other frame has."""
    if frame.empty or other.empty:
        return np.zeros(len(frame), dtype=bool)
    return np.asarray(_index(frame).isin(_index(other)), dtype=bool)


def _index(frame: pd.DataFrame, names: Sequence[str] = FIGURE) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[list(names)].astype(object))


def is_from(frame: pd.DataFrame, places: Collection[tuple[str, str]]) -> NDArray[np.bool_]:
    """Which rows are of one of these files and services; `frame` has the column `file`."""
    if not places or frame.empty:
        return np.zeros(len(frame), dtype=bool)
    return np.asarray(_index(frame, ["file", "service"]).isin(list(places)), dtype=bool)


def has_mark(frame: pd.DataFrame, mark: str) -> NDArray[np.bool_]:
    """Which rows carry this mark."""
    marks = frame["marks"].astype(object)
    return marks.isin([one for one in marks.unique() if mark in one]).to_numpy(dtype=bool)


def keys_of(frame: pd.DataFrame) -> set[Key]:
    """The keys of all rows."""
    return set(zip(*(frame[name].tolist() for name in FIGURE), strict=True))


def files_of(frame: pd.DataFrame) -> pd.Series[str]:
    """The file that each row first came from; that of a carried row is not an edition."""
    names = frame["source"].astype(object).str.replace(_EDITION, "", n=1, regex=True)
    files = names.str.rpartition(":")[0] if len(names) else names
    return files.map({name: whole_file(str(name)) for name in files.unique()}).astype(object)


def whole_file(path: str) -> str:
    """The file of a path that may lead to a sheet of a workbook: sheets come and go with others."""
    return _SHEET.sub(r"\1", path)


def editions_of(frame: pd.DataFrame) -> pd.Series[str]:
    """The date of the edition that each carried row comes from, as text; empty for any other."""
    return frame["source"].astype(object).str.extract(_EDITION)[0].fillna("")


def joined(
    observations: pd.DataFrame, more: pd.DataFrame, services: Mapping[str, Service]
) -> pd.DataFrame:
    """Observations and some more, in the order of `read_observations`."""
    if more.empty:
        return observations
    columns = list(observations.columns)
    kinds = dict(observations.dtypes)
    frame = pd.concat([observations.astype(object), more[columns].astype(object)])
    return in_order(frame.astype(kinds), services)
