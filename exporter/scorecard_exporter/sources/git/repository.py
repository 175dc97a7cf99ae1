"""Running the `git` command on a repository that is not trusted.

Nothing of the repository is executed and nothing is fetched: reading commands only, no shell, an
environment of our own, no configuration but the repository's, and what that could order is overruled.
Names never reach the command line: revisions are object ids, given on standard input.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import IO

from scorecard_exporter.errors import RetriableSourceError, SkippableSourceError, SourceError
from scorecard_exporter.sources.text import excerpt

_SHORT_PATIENCE, _LONG_PATIENCE = 300.0, 3600.0
_CHUNK = 1 << 18
_LONGEST_FIELD = 1 << 20
_CREDENTIALS = re.compile(r"//[^/@\s]*@")
_ENVIRONMENT = {
    "PATH": os.defpath,
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    # A list of protocols without any that exists: it outranks each `protocol.*.allow` of the repository.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
}
_OVERRULED = {
    "advice.graftFileDeprecated": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.excludesFile": os.devnull,
    "core.sshCommand": "false",
    "diff.orderFile": os.devnull,
    "gpg.program": "false",
    "log.mailmap": "false",
    "log.showRoot": "true",
    "log.showSignature": "false",
    "mailmap.blob": "",
    "mailmap.file": os.devnull,
    "protocol.allow": "never",
}
_OPTIONS = ("--no-pager", *(option for name, value in _OVERRULED.items() for option in ("-c", f"{name}={value}")))


class Repository:
    """A repository: a work tree with `.git` in it, a bare one, or a mirror.

    Every method raises RetriableSourceError when git fails, and SkippableSourceError when this is no
    repository or git is not installed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    def ask(self, *arguments: str, none: int | None = None) -> str | None:
        """What git answers; None when it ends with the exit status `none`."""
        with TemporaryFile() as nothing, TemporaryFile() as errors:
            process = self._start(arguments, nothing, errors)
            with _ended(process, _SHORT_PATIENCE):
                answer, _ = process.communicate()
            if none is not None and process.returncode == none:
                return None
            self._check(arguments[0], process.returncode, errors)
        return answer.decode("utf-8", "replace")

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Whether the one commit can be reached from the other; not if either is gone."""
        try:
            return self.ask("merge-base", "--is-ancestor", ancestor, descendant, none=1) is not None
        except RetriableSourceError:
            return False

    def fields(self, *arguments: str, revisions: Iterable[str]) -> Iterator[bytes]:
        """The NUL-terminated fields that git prints, one by one, `revisions` given on standard input.

        A field is cut off after a mebibyte. Closing the iterator stops git.
        """
        with TemporaryFile() as asked, TemporaryFile() as errors:
            asked.write("".join(f"{revision}\n" for revision in revisions).encode())
            asked.seek(0)
            process = self._start(arguments, asked, errors)
            with _ended(process, _LONG_PATIENCE):
                assert process.stdout is not None  # noqa: S101 - it is a pipe
                yield from _split(process.stdout)
                process.wait()
            self._check(arguments[0], process.returncode, errors)

    def _start(self, arguments: tuple[str, ...], asked: IO[bytes], errors: IO[bytes]) -> subprocess.Popen[bytes]:
        program = shutil.which("git")
        if program is None:
            raise SkippableSourceError("the program `git` is not installed; on Debian: apt-get install git")
        # Naming the directory keeps git from searching the folders above, whoever owns them.
        command = (program, f"--git-dir={self._directory()}", *_OPTIONS, *arguments)
        return subprocess.Popen(  # noqa: S603 - no shell; the arguments are ours
            command, env=_ENVIRONMENT, cwd="/", stdin=asked, stdout=subprocess.PIPE, stderr=errors
        )

    def _directory(self) -> Path:
        inner = self.path / ".git"
        with suppress(PermissionError):
            if self.path.is_dir():
                return inner if inner.exists() else self.path
        raise RetriableSourceError(f"the repository {self.path} is not there, or may not be seen; check the path")

    def _check(self, command: str, status: int, errors: IO[bytes]) -> None:
        if status == 0:
            return
        errors.seek(0)
        said = _CREDENTIALS.sub("//", excerpt(errors.read(2000).decode("utf-8", "replace"), 300))
        error: type[SourceError] = SkippableSourceError if "not a git repository" in said else RetriableSourceError
        reason = said or (f"it ended with status {status}" if status > 0 else "it was stopped, it took too long")
        raise error(f"git {command} failed in {self.path}: {reason}")


@contextmanager
def _ended(process: subprocess.Popen[bytes], patience: float) -> Iterator[None]:
    """The process ends with the block: by itself, or killed when the block is left early or patience runs out."""
    timer = Timer(patience, process.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _split(stream: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
        rest = rest[:_LONGEST_FIELD]
