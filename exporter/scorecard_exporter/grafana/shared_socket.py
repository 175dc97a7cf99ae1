"""The socket that the exporter shares with Grafana: replaced at one go, and taken away by whoever made it."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from pathlib import Path

from scorecard_exporter.errors import ScorecardError
from scorecard_exporter.web.listen import LONGEST_SOCKET_PATH

MODE = 0o660
"""Owner and group: Grafana runs in the group of the socket."""
_FLAG = "--grafana.socket"


class SharedSocket:
    """A path at which Grafana finds the exporter. A server listens at `draft` first and then `publish`es it.

    Raises:
        ScorecardError: the path cannot be used, and why.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.draft = path.absolute(), path.absolute().with_name(f"{path.name}.new")
        self._inode: int | None = None
        if len(os.fsencode(self.draft)) > LONGEST_SOCKET_PATH:
            raise ScorecardError(f"{_FLAG}={path}: the path is too long; {LONGEST_SOCKET_PATH - 4} bytes at most")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.draft.unlink(missing_ok=True)
            _left_over_or_nothing(self.path)
        except OSError as error:
            raise ScorecardError(f"{_FLAG}={path}: {error.strerror}") from error

    def publish(self) -> None:
        """What listens at `draft` is what Grafana finds from now on; whoever watches the path sees another inode."""
        try:
            self.draft.chmod(MODE)
            self._inode = self.draft.stat().st_ino
            self.draft.replace(self.path)
        except OSError as error:
            raise ScorecardError(f"{_FLAG}={self.path}: {error.strerror}") from error

    def remove(self) -> None:
        """Take it away, unless another exporter has put its own there meanwhile."""
        with contextlib.suppress(OSError):
            if self._inode is not None and self.path.stat().st_ino == self._inode:
                self.path.unlink()


def _left_over_or_nothing(path: Path) -> None:
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise ScorecardError(f"{_FLAG}={path}: there is something else than a socket at this path")
    with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(ConnectionRefusedError, FileNotFoundError):
        probe.settimeout(1)
        probe.connect(str(path))
        raise ScorecardError(f"{_FLAG}={path}: another process listens there; stop it, or choose another path")
