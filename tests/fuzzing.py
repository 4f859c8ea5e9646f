"""Files that somebody has damaged, for every reader: how long it takes, and what it comes to.

`python tests/fuzzing.py READER NUMBER [SEED]` gives a reader so many inputs in a process that may
take a gigabyte and thirty seconds an input, and prints what it came to as JSON. An input is a real
small file with some of its bytes changed, cut, repeated, or put together with another's, or with
words in it that mean something to some reader.
"""

from __future__ import annotations

import base64
import io
import json
import random
import resource
import signal
import sys
import time
import traceback
import zipfile
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final

from corpus.foreign import MAPS
from corpus.made import open_document, workbook
from perfsite.cli.extensions import load
from perfsite.config import SiteConfig, parse_config
from perfsite.errors import PerfsiteError
from perfsite.importers import GROUP, Importer
from perfsite.model import Service, Source
from perfsite.policy.retractions import read_retractions
from perfsite.revisions import read_reasons
from perfsite.tables import sheets
from perfsite.validate.observations import read_observations
from perfsite.validate.register import read_register
from perfsite.validate.submissions import long_table
from test_gc_service_inventory import FACTS, PROMISE, as_source

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS: Final = 30
BYTES: Final = 1_000_000_000
SERVICES: Final = {
    name: Service(id=name, name=name.title(), department="M") for name in ("passport", "visa")
}
CONFIG: Final = SiteConfig()
_WHOLE: Final = 8
"""One submission in so many becomes observations; the others tables, which is much faster."""

_WIDE: Final = (
    "period,transactions,transactions:digital,cost,note\n2017-Q1,1200,800,3000.50,\n"
    '2017-Q2,[c],900,"3,100",[p]\n2016-10/2017-09,5000 [p],,[x],"a note, with commas"\n'
)
_TIDY: Final = (
    "service,period,measure,channel,value,note,release_at\r\npassport,2017-07,transactions,digital,"
    "5,,2018-01-01\r\nvisa,2017-W27,completion_rate,,88%,,\r\nvisa,2017,rating_1,,12,café,\r\n"
)
_MAPPED: Final = "service,period,transactions,cost\npassport,2017-07,1200,3.5\nvisa,2017,[c],\n"
_REGISTER: Final = (
    "service,name,department,agency,url,aliases,opened\npassport,Passport,Home Office,HMPO,"
    "https://example.org/,old-passport,2015\nvisa,Visa,Home Office,,,,\n"
)
_RECORDS: Final = (
    '[{"service": "passport", "period": "2017-07", "transactions": 1200, "cost": 3.5e3},'
    ' {"service": "visa", "period": "2017", "measure": "cost", "value": "[c]", "note": null}]'
)
_SETTINGS: Final = (
    'title = "Figures"\npublished = [2017-08-01]\nlanguages = ["en-GB", "fr"]\n[checks]\n'
    'jump_factor = 5.5\n[checks.severity]\nPS201 = "off"\n[measures.calls]\nname = "Calls"\n'
    'kind = "count"\naggregation = "sum"\n[budgets]\nrows = 5000\n[targets.passport]\n'
    'digital_take_up = 0.5\n[[sources]]\nname = "A"\npublisher = "B"\nlicence = "C"\n'
)
_REASONS: Final = (
    '[[revision]]\nkind = "correction"\nreason = "Counted twice."\nservices = ["passport"]\n'
    'measures = ["transactions"]\nperiods = ["2017-Q1", "2016-10/2017-09"]\nedition = 2018-01-26\n'
)
_RETRACTIONS: Final = (
    "service,period,measure,channel,reason,date\npassport,2017-07,transactions,,Counted twice,"
    "2017-10-01\nvisa,2017-W27,cost,digital,Wrong,2017-10-02\n"
)
_PLATFORM: Final = (
    "Name of service,Slug,Department,Agency,2014-Q4 Vol.,2014-Q4 Digital vol.,2014-Q4 CPT (£),URL\n"
    'Passport,passport,Home Office,HMPO,"1,200",800,12.50,https://example.org\nVisa,visa,,,,,,\n'
)
_BACKDROP: Final = (
    '{"data": [{"_timestamp": "2017-07-01T00:00:00+00:00", "period": "month", "channel": "digital",'
    ' "count": 12.0}, {"_start_at": "2017-08-01T00:00:00+00:00", "_end_at": '
    '"2017-09-01T00:00:00+00:00", "value:sum": 5, "values": [{"count": 1}]}]}'
)
_INVENTORY: Final = (
    as_source("si.csv", FACTS, {**FACTS, "service_id": "2", "num_applications_online": "1234"}),
    as_source("ss.csv", PROMISE),
)
_ROWS: Final = (
    ("period", "transactions", "note"), ("2017-07", 1200, "a"), ("2017-08", "[c]", None),
    ("2017-09", 0.5, "=1+1"),
)  # fmt: skip
WORDS: Final = tuple(
    word.encode()
    for word in (
        '"', '""', ",", "\n", "\r", "\r\n", "\t", ";", "\0", "\ufeff", "\u202e", "é", "😀", "[c]",
        "[x]", "-", "1e999999999", "9" * 400, "0." + "0" * 400 + "1", "NaN", "-0", "%", "٣", "null",
        "true", "{", "}", "[", "]", "[[[[[[[[", ":", "\\", "\\ud800", "\\u0000", "2017-02-30",
        "2017-W53", "2017/2018", "9999-12", "0000", "99999-Q1", "2016-10/2017-09", "=", "'", '"""',
        "'''", "#", "1979-05-27T07:32:00Z", "inf", "0x1F", "<", ">", "</", "/>", "<!DOCTYPE a>",
        "&lt;", "&#0;", "&#x1F600;", 'r="ZZZ9999999"', 't="s"', 't="e"', "<v>", "<f/>",
        'table:number-rows-repeated="1000000000"', 'table:number-columns-repeated="-1"',
        'office:value="1e999"', "PK\x01\x02", "row", "service", "period", "release_at", "value",
    )
)  # fmt: skip
"""What means something to some reader."""


@dataclass
class Outcome:
    """What a reader came to: its slowest input, its memory, and the faults with their inputs."""

    reader: str
    inputs: int = 0
    refused: int = 0
    seconds: float = 0
    slowest: float = 0
    megabytes: int = 0
    faults: list[tuple[str, str]] = field(default_factory=list)


def _submission(name: str) -> Callable[[bytes], object]:
    def read(data: bytes) -> object:
        tables = sheets(Source(f"submissions/{name}", data))
        if len(data) % _WHOLE:
            return [long_table(one, SERVICES, CONFIG.all_measures) for one in tables]
        return read_observations(tables, SERVICES, CONFIG)

    return read


def _register(data: bytes) -> object:
    return read_register([Source("services.csv", data)], (), ("en", "fr"))


def _text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: read(data.decode("utf-8", "replace"))


def _import(name: str, ending: str, **options: object) -> Callable[[bytes], object]:
    importer = load(GROUP, name)
    assert isinstance(importer, Importer)
    given = {option.name: option.default for option in importer.options} | options

    def read(data: bytes) -> object:
        given_now = dict(given)
        if name == "csv":
            given_now["map"] = Source("MAP.toml", MAPS[b"measure" in data].encode())
        return importer.run([Source(f"file.{ending}", data)], given_now)

    return read


READERS: Final[dict[str, tuple[Callable[[bytes], object], tuple[bytes, ...]]]] = {
    "csv": (_submission("passport.csv"), (_WIDE.encode(), _TIDY.encode())),
    "json": (_submission("passport.json"), (_RECORDS.encode(),)),
    "xlsx": (
        _submission("passport.xlsx"),
        (workbook(*_ROWS, more={"Other": _ROWS}), workbook(*_ROWS)),
    ),
    "ods": (
        _submission("passport.ods"),
        (open_document(*_ROWS), open_document(*_ROWS, repeated=3)),
    ),
    "register": (_register, (_REGISTER.encode(),)),
    "retractions": (
        lambda data: read_retractions(Source("retractions.csv", data)),
        (_RETRACTIONS.encode(),),
    ),
    "settings": (_text(parse_config), (_SETTINGS.encode(),)),
    "revisions": (_text(read_reasons), (_REASONS.encode(),)),
    "performance-platform": (_import("performance-platform", "csv"), (_PLATFORM.encode(),)),
    "backdrop": (
        _import("backdrop", "json", service="passport", measure="transactions"),
        (_BACKDROP.encode(), _RECORDS.encode()),
    ),
    "gc-service-inventory": (
        _import("gc-service-inventory", "csv"),
        tuple(one.data for one in _INVENTORY),
    ),
    "mapping": (_import("csv", "csv"), (_MAPPED.encode(), _TIDY.encode())),
}  # fmt: skip
"""Each reader, and real small files for it."""


def damaged(data: bytes, others: tuple[bytes, ...], luck: random.Random) -> bytes:
    """A file with one to six changes; a workbook mostly within one of its parts."""
    if data.startswith(b"PK") and luck.random() < 0.85:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = luck.choice(sorted(parts))
        parts[name] = _changed(parts[name], others, luck)
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
            for one, content in parts.items():
                new.writestr(one, content)
        return made.getvalue()
    return _changed(data, others, luck)


def _changed(data: bytes, others: tuple[bytes, ...], luck: random.Random) -> bytes:
    for _ in range(luck.choice((1, 1, 2, 3, 6))):
        at, end = sorted(luck.randrange(len(data) + 1) for _ in range(2))
        end = min(end, at + luck.choice((1, 4, 40, 4000)))
        match luck.randrange(7):
            case 0:
                data = data[:at] + bytes([luck.randrange(256)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[end:]
            case 2 | 3:
                data = data[:at] + luck.choice(WORDS) + data[at:]
            case 4:
                data = data[:at] + data[at:end] * luck.choice((2, 3, 50)) + data[end:]
            case 5:
                other = luck.choice(others)
                data = data[:at] + other[luck.randrange(len(other) + 1) :]
            case _:
                data = data[:at] + luck.choice(WORDS) + data[end:]
    return data[:1_000_000]


def run(reader: str, number: int, seed: int = 1) -> Outcome:
    """Give a reader so many inputs, the same for the same seed."""
    read, seeds = READERS[reader]
    luck = random.Random(f"{reader} {seed}")  # noqa: S311 - nothing secret
    found = Outcome(reader)
    start = time.perf_counter()
    for _ in range(number):
        data = damaged(luck.choice(seeds), seeds, luck)
        begin = time.perf_counter()
        try:
            read(data)
        except PerfsiteError:
            found.refused += 1
        except Exception:  # noqa: BLE001 - that is what is looked for
            found.faults.append((traceback.format_exc()[-600:], base64.b64encode(data).decode()))
        found.slowest = max(found.slowest, time.perf_counter() - begin)
        found.inputs += 1
    found.seconds = time.perf_counter() - start
    found.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def _limit() -> None:
    """Give this process a gigabyte more than it has, and an end to an input that takes too long."""
    taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()  # noqa: PTH123, SIM115
    resource.setrlimit(resource.RLIMIT_AS, (taken + BYTES, taken + BYTES))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)


if __name__ == "__main__":
    _limit()
    outcome = run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if sys.argv[3:] else 1)
    sys.stdout.write(f"{json.dumps(asdict(outcome))}\n")
