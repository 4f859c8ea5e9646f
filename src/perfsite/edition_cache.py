"""What was made of frozen editions in earlier builds, so that it need not be made again.

An edition never changes, and its seal holds those of all before it. So what depends on nothing but
an edition and a few other values that are named is kept under a hash of these and of the code. An
entry answers only "what was made of just this", and is verified when it is read; whatever is
doubtful is made anew.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
import pandas as pd

from perfsite.fingerprint import code_fingerprint, fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from perfsite.cache import DrawingStore

_Made = TypeVar("_Made")
_COLUMNS: Final = "columns"
_CODES: Final = "int32"


class EditionCache:
    """Frames and JSON values that were made of editions; without a store all are made anew."""

    def __init__(self, store: DrawingStore | None = None) -> None:
        """What `store` has is taken from there, and what is made is put there."""
        self._store = store
        self._used: set[str] = set()

    def frame(
        self, name: str, inputs: tuple[object, ...], make: Callable[[], pd.DataFrame]
    ) -> pd.DataFrame:
        """The frame of this name made of these inputs.

        `inputs` are all that `make` depends on besides the code: an edition by its seal, and texts,
        dates and tuples of them. The frame has columns of text, of numbers and of truth values,
        and its rows are numbered from nought.
        """
        return self._of(name, inputs, make, frame_bytes, read_frame)

    def value(
        self, name: str, inputs: tuple[object, ...], make: Callable[[], list[list[Any]]]
    ) -> list[list[Any]]:
        """The same of a list of lists of texts and numbers."""
        return self._of(name, inputs, make, _json_bytes, json.loads)

    def _of(
        self,
        name: str,
        inputs: tuple[object, ...],
        make: Callable[[], _Made],
        write: Callable[[_Made], bytes],
        read: Callable[[bytes], _Made],
    ) -> _Made:
        if self._store is None:
            return make()
        key = fingerprint((code_fingerprint(), name, inputs))
        self._used.add(key)
        # The key stands in the entry, too: one that was copied over another is no answer to it.
        mark = key.encode()
        entry = self._store.get(key)
        if entry is not None and entry.startswith(mark):
            return read(entry[len(mark) :])
        made = make()
        self._store.put(key, mark + write(made))
        return made

    def forget_unused(self) -> None:
        """Remove the entries that nobody has asked this one for."""
        if self._store is not None:
            self._store.forget_all_but(self._used)


def _json_bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def frame_bytes(frame: pd.DataFrame) -> bytes:
    """A frame as arrays without a pickle among them: texts are numbers of distinct texts."""
    columns = [(str(name), str(frame[name].dtype)) for name in frame.columns]
    arrays = {_COLUMNS: _bytes_array(columns)}
    for number, (name, _) in enumerate(columns):
        column = frame[name]
        if _is_text(column.dtype):
            codes, texts = pd.factorize(column.to_numpy(dtype=object))
            if not all(isinstance(text, str) for text in texts) or (codes < 0).any():
                raise TypeError(f"{name} holds something else than text")
            arrays[f"codes {number}"] = codes.astype(_CODES)
            arrays[f"texts {number}"] = _bytes_array(list(map(str, texts)))
        else:
            arrays[f"values {number}"] = column.to_numpy()
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def read_frame(data: bytes) -> pd.DataFrame:
    """The frame that `frame_bytes` wrote: the same texts, numbers and types of columns."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        columns = {}
        for number, (name, kind) in enumerate(json.loads(arrays[_COLUMNS].tobytes())):
            if f"codes {number}" in arrays:
                texts = np.array(json.loads(arrays[f"texts {number}"].tobytes()), dtype=object)
                codes = arrays[f"codes {number}"]
                values = texts[codes] if len(codes) else np.empty(0, dtype=object)
            else:
                values = arrays[f"values {number}"]
            columns[name] = pd.Series(values, dtype=kind)
    return pd.DataFrame(columns)


def _is_text(kind: object) -> bool:
    return kind == np.dtype(object) or isinstance(kind, pd.StringDtype)


def _bytes_array(value: object) -> np.ndarray:
    return np.frombuffer(_json_bytes(value), dtype="uint8")
