"""The DuckDB file: opened once, written by one thread at a time, read by several.

Readers see what is committed. After an error that DuckDB cannot go on from (a checkpoint that found
the disk full), the file is opened anew at its next use.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb

from scorecard_exporter.errors import StoreBusyError, StoreError, StoreFullError
from scorecard_exporter.store.migrations import migrate

MEMORY_LIMIT = "160MB"
"""What DuckDB may take before it works on disk, beside the file."""

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.5.0",  # files stay readable for every DuckDB that we run with
    "memory_limit": MEMORY_LIMIT,
    "enable_external_access": "false",  # no statement reaches another file, or the network
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",  # a name in a statement is a table, never a variable of ours
}
_HOLDER = re.compile(r"held in (?P<program>.*?) \(PID (?P<pid>\d+)\)")
_PREFIXES = re.compile(r"^(?:[\w ]+ Error: )?(?:Failed to [a-z ]+: )?")
_BROKEN = (duckdb.FatalException, duckdb.InternalException)


class _Session:
    """One opening of the file: a writing connection, and the reading ones that are idle."""

    def __init__(self, path: Path) -> None:
        self._root = duckdb.connect(str(path), config=_SETTINGS)
        self._opening = threading.Lock()
        self._idle: list[duckdb.DuckDBPyConnection] = []
        self._is_closed = False
        self.writer = self._root.cursor()

    @contextlib.contextmanager
    def reader(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._opening:
            cursor = self._idle.pop() if self._idle else self._root.cursor()
        try:
            yield cursor
        except BaseException:
            cursor.close()
            raise
        with self._opening:
            if self._is_closed:  # or it would keep a broken opening of the file alive
                cursor.close()
            else:
                self._idle.append(cursor)

    def close(self) -> None:
        with self._opening:
            self._is_closed = True
            for connection in (*self._idle, self.writer, self._root):
                connection.close()
            self._idle.clear()


class Database:
    """A file of ours, with up-to-date tables.

    Raises:
        StoreBusyError: another process holds it.
        StoreError: it cannot be opened, is not ours, or is from a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = threading.Lock()
        self._session: _Session | None = _open(path)
        self._is_closed = False

    @contextlib.contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that reads what is committed; from any thread."""
        session = self._session
        if session is None:
            with self._writing:
                session = self._opened()
        with session.reader() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A transaction: committed at the end of the block, undone when anything is raised in it.

        Raises:
            StoreFullError: the disk refused it; nothing was stored, a later try may succeed.
        """
        with self.exclusive() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(duckdb.Error):  # a failed COMMIT has undone it already
                    connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The writing connection without a transaction; errors as of `writing`."""
        with self._writing:
            session = self._opened()
            try:
                yield session.writer
            except (duckdb.OperationalError, *_BROKEN) as error:
                if isinstance(error, _BROKEN):
                    self._session = None
                    session.close()
                raise StoreFullError(
                    f"Nothing was stored in {self.path}: {_sentence(error)}. Make room on that disk; "
                    "what could not be written is read again at the next poll."
                ) from error

    def size(self) -> int:
        """Bytes on disk, what is not yet checkpointed among them."""
        files = (self.path, self.path.with_name(f"{self.path.name}.wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def close(self) -> None:
        """Wait for the transaction in hand and let go of the file."""
        with self._writing:
            self._is_closed = True
            if self._session is not None:
                self._session.close()
                self._session = None

    def _opened(self) -> _Session:
        if self._is_closed:
            raise StoreError(f"The store {self.path} is closed.")
        if self._session is None:
            try:
                self._session = _open(self.path)
            except StoreError as error:
                raise StoreFullError(f"{error} It is tried again at the next poll.") from error
        return self._session


def _open(path: Path) -> _Session:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        session = _Session(path)
    except OSError as error:
        raise StoreError(f"The folder of the store {path} cannot be made: {error.strerror}.") from error
    except duckdb.Error as error:
        raise _refusal(path, error) from error
    try:
        migrate(session.writer)
    except (StoreError, duckdb.Error) as error:
        session.close()
        raise StoreError(f"The store {path} cannot be used: {_sentence(error)}.") from error
    return session


def _refusal(path: Path, error: duckdb.Error) -> StoreError:
    if "Could not set lock" in str(error):
        holder = _HOLDER.search(str(error))
        who = f"process {holder['pid']} ({holder['program']})" if holder else "another process"
        return StoreBusyError(
            f"The store {path} is held by {who}. `status` and `explain` ask the exporter that runs there; "
            "stop it first to run another."
        )
    return StoreError(
        f"The store {path} cannot be opened: {_sentence(error)}. Mend that, or name another file under `store`."
    )


def _sentence(error: Exception) -> str:
    """What DuckDB says, without its full stop, the kind of its error and the step that failed."""
    return _PREFIXES.sub("", str(error).partition("\n")[0]).rstrip(".!")
