"""A Dask cluster: processes on other machines that make the parts of a site.

Dask places the work, moves it, and does again what was lost with a worker; none of that is done
here (docs/decisions/054-dask.md). Workers write into the tree of the new site, if they see its
folder, or put files into a place that fsspec knows, from which this process takes what is new.
"""

from __future__ import annotations

import hashlib
import pickle
import socket
import threading
from collections import deque
from concurrent.futures import CancelledError
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import uuid4

from distributed import Client, KilledWorker, wait
from distributed.scheduler import NoValidWorkerError, NoWorkerError
from fsspec.core import url_to_fs

from perfsite.charts import draw as drawing
from perfsite.charts.draw import Drawer, settle
from perfsite.errors import BuildError
from perfsite.fingerprint import code_fingerprint
from perfsite.model import File, StoredFile
from perfsite.units import Maker, SentFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from distributed import Future

    from perfsite.charts.draw import DrawingCache
    from perfsite.pages.site import Part
    from perfsite.units import Destination, Shared, UnitResult

_Some = TypeVar("_Some")

_MOST: Final = 24
"""Parts in a task: Dask takes a millisecond for each task, a part ten or more."""
_AHEAD: Final = 4
"""Tasks for each thread of the cluster that are sent before their results are asked for."""
_PATIENCE: Final = 30
"""Seconds in which a scheduler answers and has a worker, or in which what was called off ends."""
_ONE_AT_A_TIME: Final = threading.Lock()
"""Pages and pictures are made by one thread of a process: Python runs one at a time anyway."""


@dataclass(frozen=True)
class Cluster:
    """The cluster at an address, and where its workers put files.

    They write into `folder`, the tree of the new site, or where it is given into the place
    `shared`, which is an address of fsspec. `stands` says whether the very file is in the tree
    already and stays; of such files nothing is taken from the place.
    """

    address: str
    folder: Path
    stands: Callable[[StoredFile], bool]
    shared: str | None = None

    @contextmanager
    def make(
        self,
        parts: Sequence[Part],
        shared: Shared,
        output: Destination,
        store: DrawingCache | None,
    ) -> Iterator[Iterator[UnitResult]]:
        """The units of parts, in their order, made while whoever asks goes on.

        Raises:
            BuildError: if there is no such cluster, if its workers have other code or other
                libraries or do not see the folder, or if they are lost over a part again and again.
            RenderError: if a template is wrong.
        """
        if not parts:
            yield iter(())
            return
        place = _Place(self.shared) if self.shared else _Tree(self.folder)
        drawer = Drawer(shared.theme.tokens.chart, None if self.shared else store, drawing.draw)
        with self._connected() as client, place.there():
            work = _Tasks(client, self.address, _Instructions(shared, output, drawer, place))
            try:
                yield self._stored(work.results(parts), place)
            finally:
                place.close()
                work.end()

    @contextmanager
    def _connected(self) -> Iterator[Client]:
        try:
            client = Client(  # type: ignore[no-untyped-call]
                self.address, set_as_default=False, timeout=_PATIENCE
            )
        except (OSError, ValueError) as error:
            raise BuildError(f"no scheduler of Dask answers at {self.address}: {error}") from error
        with closing(client):
            try:
                client.wait_for_workers(1, timeout=_PATIENCE)
            except TimeoutError as error:
                raise BuildError(
                    f"the scheduler at {self.address} has no worker; "
                    f"start one: dask worker {self.address}"
                ) from error
            yield client

    def _stored(self, results: Iterator[_Made], place: _Tree | _Place) -> Iterator[UnitResult]:
        """Units of which each file is in the tree, or given to be put there."""
        for made in results:
            if not isinstance(place, _Place):
                yield from made.units
                continue
            files = [file for unit in made.units for file in unit.files]
            new = {f for f in files if isinstance(f, StoredFile) and not self.stands(f)}
            data = place.take(made.name, {file.digest for file in new})
            for unit in made.units:
                yield replace(
                    unit,
                    files=tuple(
                        File(file.path, data[file.digest])
                        if isinstance(file, StoredFile) and file in new
                        else file
                        for file in unit.files
                    ),
                )


@dataclass(frozen=True)
class _Made:
    """What a task made, and the name under which its files are in the place."""

    units: tuple[UnitResult, ...]
    name: str


# Where workers put files.


@dataclass(frozen=True)
class _Tree:
    """The tree of the new site, which has a file with a name of its own while it is written to.

    By this file a worker knows that its folder of that name is the same, and that somebody waits
    for what it does.
    """

    folder: Path
    name: str = field(default_factory=lambda: f".perfsite-{uuid4().hex}")

    @contextmanager
    def there(self) -> Iterator[None]:
        """The tree, open to workers."""
        (self.folder / self.name).touch()
        try:
            yield
        finally:
            self.close()

    def close(self) -> None:
        """Have no worker write here any more."""
        with suppress(OSError):
            (self.folder / self.name).unlink(missing_ok=True)

    def check(self) -> None:
        """Refuse to work for another folder than that of the build.

        Raises:
            BuildError: if this process does not see it.
        """
        if not (self.folder / self.name).is_file():
            raise BuildError(
                f"the worker on {socket.gethostname()} does not see {self.folder}, where the site "
                "grows: share that folder with it, or give a place that both reach with --shared"
            )

    def put(self, units: tuple[UnitResult, ...]) -> _Made:
        """What was made: its files are in the tree."""
        return _Made(units, "")


@dataclass(frozen=True)
class _Place:
    """A folder of its own for a build in a place of fsspec; files are there by their hashes."""

    url: str
    name: str = field(default_factory=lambda: f"perfsite-{uuid4().hex}")

    @contextmanager
    def there(self) -> Iterator[None]:
        """The folder, which goes in the end with all that is in it."""
        with self._reached() as (files, folder):
            files.makedirs(folder, exist_ok=True)
        try:
            yield
        finally:
            with suppress(Exception):  # what is left there harms nobody
                files.rm(folder, recursive=True)

    def close(self) -> None:
        """Nothing is done: whatever comes late is in a folder that nobody reads."""

    def check(self) -> None:
        """Nothing is checked: a place that cannot be reached says so."""

    def put(self, units: tuple[UnitResult, ...]) -> _Made:
        """Put the files of units there, all at once, under a name that no other task has.

        Raises:
            BuildError: if the place cannot be reached.
        """
        data = {
            file.stored.digest: file.data
            for unit in units
            for file in unit.files
            if isinstance(file, File)
        }
        name = uuid4().hex
        with self._reached() as (files, folder):
            files.pipe({f"{folder}/{name}-{digest}": bytes_ for digest, bytes_ in data.items()})
        return _Made(
            tuple(
                replace(
                    unit,
                    files=tuple(f.stored if isinstance(f, File) else f for f in unit.files),
                )
                for unit in units
            ),
            name,
        )

    def take(self, name: str, digests: set[str]) -> dict[str, bytes]:
        """The bytes of these hashes, as a task has put them there.

        Raises:
            BuildError: if they are not there, or the place cannot be reached.
        """
        if not digests:
            return {}
        with self._reached() as (files, folder):
            found = files.cat([f"{folder}/{name}-{digest}" for digest in sorted(digests)])
        data = {hashlib.sha256(content).hexdigest(): content for content in found.values()}
        if data.keys() != digests:
            raise BuildError(f"{self.url} does not hold what the workers have put there")
        return data

    @contextmanager
    def _reached(self) -> Iterator[tuple[Any, str]]:
        """The file system and the folder in it.

        Raises:
            BuildError: if it is none that fsspec knows, or refuses.
        """
        try:
            files, root = url_to_fs(self.url)
            yield files, f"{root.rstrip('/')}/{self.name}"
        except (OSError, ImportError, ValueError) as error:
            who = socket.gethostname()
            raise BuildError(f"{self.url} cannot be used from {who}: {error}") from error


# What workers do.


@dataclass(frozen=True)
class _Instructions:
    """How a worker begins."""

    shared: Shared
    output: Destination
    drawer: Drawer
    place: _Tree | _Place


@lru_cache(maxsize=1)
def _begun(begin: bytes) -> tuple[Maker, _Tree | _Place]:
    """What makes units here, once for a build, and where their files go."""
    how: _Instructions = pickle.loads(begin)  # noqa: S301 - Dask's own messages are no safer
    if how.shared.charts:
        settle()
    # Files for a place are put there all at once, when a task is done.
    output = SentFiles() if isinstance(how.place, _Place) else how.output
    return Maker(how.shared, output, how.drawer), how.place


def _same(begin: bytes) -> bytes:
    """What all units share, as a task: it can be lost, as what is scattered can, and made good."""
    return begin


def _make(begin: bytes, parts: bytes, code: str) -> _Made:
    """The units of some parts; what is sent is read only by the code that has written it."""
    if code_fingerprint() != code:
        raise BuildError(
            f"the worker on {socket.gethostname()} has another version of perfsite, of Python or "
            "of a library than this process: install the same packages in both"
        )
    with _ONE_AT_A_TIME:
        maker, place = _begun(begin)
        units = []
        for part in pickle.loads(parts):  # noqa: S301 - as above
            place.check()
            units.append(maker.make(part))
        return place.put(tuple(units))


# What is asked of Dask.


class _Tasks:
    """Tasks of a build: not all are sent at once, so that neither side has to hold the site."""

    def __init__(self, client: Client, address: str, begin: _Instructions) -> None:
        self._client = client
        self._address = address
        self._code = code_fingerprint()
        self._name = f"perfsite-{uuid4().hex}"
        self._begin = client.submit(_same, pickle.dumps(begin), key=f"{self._name}-begin")
        self._sent: deque[tuple[Future[_Made], Sequence[Part]]] = deque()

    def results(self, parts: Sequence[Part]) -> Iterator[_Made]:
        """What tasks made, in the order of the parts.

        Raises:
            BuildError: if the cluster loses what it works at.
        """
        threads = sum(self._client.nthreads().values()) or 1  # type: ignore[no-untyped-call]
        size = min(_MOST, max(1, len(parts) // (_AHEAD * threads)))
        chunks = _in_chunks(parts, size)
        self._send(islice(chunks, _AHEAD * threads))
        while self._sent:
            made = self._result()
            self._send(islice(chunks, 1))
            yield made

    def end(self) -> None:
        """Come back when no worker does anything for this build any more, or does not say so."""
        left = [future for future, _ in self._sent]
        with suppress(Exception):
            wait(left, timeout=_PATIENCE)  # type: ignore[no-untyped-call]

    def _send(self, chunks: Iterable[Sequence[Part]]) -> None:
        for chunk in chunks:
            key = f"{self._name}-{uuid4().hex}"
            future = self._client.submit(
                _make, self._begin, pickle.dumps(chunk), self._code, key=key
            )
            self._sent.append((future, chunk))

    def _result(self) -> _Made:
        future, chunk = self._sent[0]
        try:
            made = future.result()
        except KilledWorker as error:
            names = ", ".join(part.name for part in chunk)
            raise BuildError(
                f"the workers of {self._address} were lost again and again, with these parts in "
                f"hand: {names}; give them more memory, or build without pictures: --no-charts"
            ) from error
        except (CancelledError, NoWorkerError, NoValidWorkerError) as error:
            raise BuildError(f"the cluster at {self._address} was lost: {error}") from error
        except ModuleNotFoundError as error:
            raise BuildError(
                f"a worker of {self._address} lacks {error.name}: install the same packages there"
            ) from error
        self._sent.popleft()
        return made


def _in_chunks(values: Sequence[_Some], size: int) -> Iterator[Sequence[_Some]]:
    return (values[at : at + size] for at in range(0, len(values), size))
