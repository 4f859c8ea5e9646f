"""The door of the command: through it everything comes in, and nothing goes out unsaid.

Exit code 1 means that the data has errors. Whatever else goes wrong ends with 3 and one message on
the terminal; its details are in a file. So this module imports nothing at first but what comes
with Python: that a library cannot be loaded is said as well.
"""

from __future__ import annotations

import atexit
import io
import os
import select
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NoReturn

from perfsite import faults

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

    from _typeshed import ReadableBuffer

_WRONG_USAGE: Final = 2
_FAILED: Final = 3
_LAST_WORDS: Final = (
    b"perfsite: it ended before it could say why, as it may for want of memory; run it again\n"
)
_NAMES: Final = {1: "standard output", 2: "standard error"}


class Output(io.RawIOBase):
    """A standard stream that notes why it could not be written, and lets the work go on.

    A reader who has seen enough, or a log on a full disk, is no reason to build no site.
    """

    def __init__(self, number: int) -> None:
        """The stream of a file descriptor."""
        self._number = number
        self.failure: OSError | None = None

    def fileno(self) -> int:
        """The file descriptor."""
        return self._number

    def isatty(self) -> bool:
        """Whether somebody is looking."""
        return os.isatty(self._number)

    def writable(self) -> bool:
        """True."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Write what can be written; all of it is taken, whatever happens."""
        left = memoryview(data).cast("B")
        size = len(left)
        while len(left) and self.failure is None:
            try:
                left = left[os.write(self._number, left) :]
            except BlockingIOError:
                select.select([], [self._number], [])
            except OSError as error:
                self.failure = error
        return size


class Door:
    """One run of the command: its streams, its signals, and what went wrong beside the work."""

    def __init__(self) -> None:
        """Nothing has gone wrong yet."""
        self._outputs: dict[int, Output] = {}
        self._beside: list[BaseException] = []

    def run(self, arguments: list[str]) -> int:
        """Run a command line; its exit code. Everything that it says has been written."""
        code = self._end(self._work(arguments))
        self._beside.clear()
        for number in (signal.SIGINT, signal.SIGTERM):
            # There is nothing left to interrupt, and an exception now would have no place to go.
            if signal.getsignal(number) in (_end, signal.default_int_handler):
                signal.signal(number, signal.SIG_DFL)
        return code

    def _work(self, arguments: list[str]) -> int:
        try:
            self._prepare()
            from perfsite.cli import main  # noqa: PLC0415 - a library may be missing

            code = main.main(arguments, prog_name="perfsite", standalone_mode=False)
        except SystemExit as end:
            return _code(end)
        except BaseException as error:  # noqa: BLE001 - this is the door
            return self._failed(error)
        return code if isinstance(code, int) else 0

    def _failed(self, error: BaseException) -> int:
        """Say what went wrong; the exit code."""
        # click is not imported at the top; where it is missing it raises nothing, either.
        if (show := getattr(error, "show", None)) and hasattr(error, "exit_code"):
            show()
            return _WRONG_USAGE
        if type(error).__name__ == "Abort":
            error = error.__cause__ or KeyboardInterrupt()
        details = None if isinstance(error, KeyboardInterrupt) else _details_of(error)
        self._say(faults.sentence(error, details))
        return _FAILED

    def _end(self, code: int) -> int:
        """Write what is left to be written; another exit code where that, or a thread, failed."""
        for error in self._beside:
            self._say(faults.sentence(error, _details_of(error)))
            code = _FAILED
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()
        for number, output in self._outputs.items():
            if output.failure:
                code = code if code == _WRONG_USAGE else _FAILED
                why = output.failure.strerror
                parts = [
                    f"{_NAMES[number]} could not be written, so not all was said: {why}",
                    faults.COURSE.standing,
                    "Give it a file with room, or a reader that reads to the end",
                ]
                self._say(". ".join(part for part in parts if part))
        return code

    def _prepare(self) -> None:
        """Guard the streams, hear signals, and hear of what fails beside the work."""
        faults.COURSE.begin()
        self._guard_streams()
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            # Who was started to ignore it, by nohup for one, goes on ignoring it.
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _end)
        threading.excepthook = self._thread_failed
        sys.unraisablehook = lambda hooked: self._note(hooked.exc_value)
        # Registered first, so called last: what fails while others tidy up has been noted then.
        atexit.register(self._last)

    def _guard_streams(self) -> None:
        for number in (0, 1, 2):
            with suppress(OSError):
                os.fstat(number)
                continue
            # A file that is opened next would have the number of the stream, and be written to.
            with suppress(OSError):
                os.open(os.devnull, os.O_RDONLY)
        if os.name != "posix":
            return
        for number, name in ((1, "stdout"), (2, "stderr")):
            old = getattr(sys, name)
            # A file is UTF-8, whatever the locale says; a terminal has the encoding that it has.
            asked = os.isatty(number) or "PYTHONIOENCODING" in os.environ
            self._outputs[number] = Output(number)
            new = io.TextIOWrapper(
                io.BufferedWriter(self._outputs[number]),
                encoding=old.encoding if old and asked else "utf-8",
                # A name that the terminal cannot show is shown in another way, and costs nothing.
                errors="backslashreplace",
                line_buffering=True,
            )
            setattr(sys, name, new)

    def _thread_failed(self, hooked: threading.ExceptHookArgs) -> None:
        if not isinstance(hooked.exc_value, SystemExit):
            self._note(hooked.exc_value)

    def _note(self, error: BaseException | None) -> None:
        if error is not None:
            self._beside.append(error)

    def _last(self) -> None:
        if self._beside:
            code = self._end(_FAILED)
            os._exit(code)

    def _say(self, words: str) -> None:
        with suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(f"perfsite: {words}\n")
            sys.stderr.flush()


def main() -> NoReturn:
    """The console script."""
    try:
        code = Door().run(sys.argv[1:])
    except BaseException:  # noqa: BLE001 - interrupted again, or no memory even to say so
        with suppress(OSError):
            os.write(2, _LAST_WORDS)
        os._exit(_FAILED)
    sys.exit(code)


def _end(number: int, frame: FrameType | None) -> None:
    del frame
    raise faults.Ended(signal.Signals(number).name)


def _code(end: SystemExit) -> int:
    if end.code is None:
        return 0
    return end.code if isinstance(end.code, int) else _FAILED


def _details_of(error: BaseException) -> Path | None:
    """Where the details are; telling of a fault must not fail itself."""
    try:
        return faults.keep_details(error)
    except Exception:  # noqa: BLE001
        return None
