"""What Grafana starts as the data source's backend: the line that it says, and when it ends."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

PLUGIN = "grafana/plugins/scorecard-datasource"
SHELLS = {
    "dash": pytest.param(["dash"], marks=pytest.mark.needs("dash"), id="dash"),
    "busybox": pytest.param(["busybox", "sh"], marks=pytest.mark.needs("busybox"), id="busybox"),
}
PATIENCE = 20.0
GRAFANA = {
    "grafana_plugin_type": "datasource",
    "PLUGIN_MIN_PORT": "10000",
    "PLUGIN_MAX_PORT": "25000",
    "PLUGIN_PROTOCOL_VERSIONS": "2",
}
"""What Grafana adds to its own environment."""


@pytest.fixture(params=SHELLS.values())
def shell(request):
    return [shutil.which(request.param[0]), *request.param[1:]]


@pytest.fixture
def start(shell, checkout):
    """Starts the shim as Grafana does, with an environment; ends what is left of it."""
    started = []

    def start(environment, *, before=()):
        process = subprocess.Popen(
            [*before, *shell, checkout / PLUGIN / "gpx_scorecard_linux_amd64"],
            env={**GRAFANA, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "plugin.sock"


def listening(path):
    """A socket at `path`, as the exporter makes one: what was there before is gone."""
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX)
    made.bind(str(path))
    return made


def until(condition):
    """What `condition` returns as soon as it is true."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError("it did not come to pass")


def nap(process):
    """The process id of the `sleep` that the shim waits for, or 0 while it looks at the socket."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
    number = int((children.split() or ["0"])[0])
    try:
        return number if "sleep" in Path(f"/proc/{number}/cmdline").read_text(encoding="ascii").split("\0") else 0
    except (FileNotFoundError, ProcessLookupError):
        return 0


def after_a_look(process):
    """Whether the shim still runs after it has looked at the socket, from beginning to end."""
    now = until(lambda: nap(process))
    until(lambda: process.poll() is not None or nap(process) not in {0, now})
    return process.poll() is None


def said(process):
    """All that it wrote, and how it ended."""
    output, errors = process.communicate(timeout=PATIENCE)
    return output, errors, process.returncode


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({}, b"1|2|unix|/run/scorecard/plugin.sock|grpc\n"),
        ({"SCORECARD_PLUGIN_SOCKET": "/srv/a.sock"}, b"1|2|unix|/srv/a.sock|grpc\n"),
        ({"SCORECARD_PLUGIN_SOCKET": "/srv/a.sock", "GF_PLUGIN_SOCKET": "/b.sock"}, b"1|2|unix|/b.sock|grpc\n"),
        ({"SCORECARD_PLUGIN_SOCKET": "", "GF_PLUGIN_SOCKET": ""}, b"1|2|unix|/run/scorecard/plugin.sock|grpc\n"),
        ({"GF_PLUGIN_SOCKET": "/my socket; $HOME 'x'"}, b"1|2|unix|/my socket; $HOME 'x'|grpc\n"),
    ],
    ids=["default", "environment", "ini before environment", "empty is not set", "characters of the shell"],
)
def test_it_says_where_the_socket_is_and_nothing_else(start, environment, line):
    """Core protocol 1, plugin protocol 2, network, address, gRPC: five fields, for a sixth would end Grafana."""
    process = start(environment)
    assert process.stdout.readline() == line
    process.terminate()
    assert said(process) == (b"", b"", 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_ends_it_cleanly(start, path, number):
    """Whether the socket is there or not, and without a word."""
    process = start({"SCORECARD_PLUGIN_SOCKET": str(path)})
    process.stdout.readline()
    until(lambda: nap(process))
    process.send_signal(number)
    assert said(process) == (b"", b"", 0)


def test_what_it_starts_does_not_hold_the_pipes(start, path):
    """Grafana takes a process for ended when the pipes are closed, and waits for that when it ends itself."""
    process = start({"SCORECARD_PLUGIN_SOCKET": str(path)})
    process.stdout.readline()

    def descriptors():
        try:
            return [str(Path(f"/proc/{nap(process)}/fd/{number}").readlink()) for number in (0, 1, 2)]
        except OSError:  # it has just ended, or not yet begun
            return []

    # Between its making and its redirection a process has the pipes of its parent.
    until(lambda: descriptors() == ["/dev/null"] * 3)


def test_it_ends_when_the_socket_is_replaced(start, path):
    """The exporter was restarted: Grafana starts the shim again, and connects to the new one."""
    first = listening(path)
    process = start({"SCORECARD_PLUGIN_SOCKET": str(path)})
    process.stdout.readline()
    assert after_a_look(process)
    second = listening(path)
    assert said(process) == (b"", b"", 0)
    first.close()
    second.close()


def test_a_new_socket_may_have_the_inode_of_the_old_one(start, path):
    """Many file systems give it again at once; the time of its making tells the two apart."""
    with listening(path):
        process = start({"SCORECARD_PLUGIN_SOCKET": str(path)})
        process.stdout.readline()
        before = path.stat()
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 4_000_000))
        assert path.stat().st_ino == before.st_ino
        assert said(process) == (b"", b"", 0)


def test_a_socket_whose_mode_is_set_is_the_same(start, path):
    """The exporter sets it after it has made the socket; Grafana may be connected by then."""
    with listening(path):
        process = start({"SCORECARD_PLUGIN_SOCKET": str(path)})
        process.stdout.readline()
        path.chmod(0o660)
        assert after_a_look(process)


def test_it_goes_on_while_there_is_no_socket_and_ends_when_it_comes(start, path):
    """Grafana starts before the exporter: the data source is there, and says that its backend is not."""
    process = start({"SCORECARD_PLUGIN_SOCKET": str(path)})
    assert process.stdout.readline().startswith(b"1|2|unix|")
    assert after_a_look(process)
    with listening(path):
        assert said(process) == (b"", b"", 0)


def test_it_goes_on_while_the_socket_is_away_and_ends_when_it_is_back(start, path):
    """To end at once would be to be started again each second for as long as the exporter is down."""
    with listening(path):
        process = start({"SCORECARD_PLUGIN_SOCKET": str(path)})
        process.stdout.readline()
        path.unlink()
        assert after_a_look(process)
    with listening(path):
        assert said(process) == (b"", b"", 0)


@pytest.mark.parametrize("environment", [{}, {"PATH": ""}], ids=["none", "empty"])
def test_it_finds_its_programs_without_a_search_path(start, path, environment):
    """Grafana may be started by something that sets no PATH."""
    process = start({"SCORECARD_PLUGIN_SOCKET": str(path), **environment})
    process.stdout.readline()
    with listening(path):
        assert said(process) == (b"", b"", 0)


def test_it_ends_when_grafana_was_killed(start, path):
    """Nobody is left who would end it."""
    # `sleep` takes the place of the shell, and with it that of the shim's parent.
    script = '"$@" & exec sleep 60 >/dev/null 2>&1'
    parent = start({"SCORECARD_PLUGIN_SOCKET": str(path)}, before=["/bin/sh", "-c", script, "sh"])
    parent.stdout.readline()
    parent.kill()
    parent.wait()
    assert said(parent)[:2] == (b"", b"")


LONG = "/run/" + 103 * "x"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"grafana_plugin_type": "panel"}, "Grafana starts it, not people"),
        ({"grafana_plugin_type": ""}, "Grafana starts it, not people"),
        ({"PLUGIN_CLIENT_CERT": "-----BEGIN CERTIFICATE-----"}, "asks for TLS"),
        ({"GF_PLUGIN_SOCKET": "run/plugin.sock"}, "must begin with /"),
        ({"GF_PLUGIN_SOCKET": "/run/plugin.sock|grpc|cert"}, "a character that cannot be told"),
        ({"GF_PLUGIN_SOCKET": "/run/plugin.sock\n"}, "a character that cannot be told"),
        ({"GF_PLUGIN_SOCKET": '/run/"'}, "a character that cannot be told"),
        ({"GF_PLUGIN_SOCKET": LONG}, "longer than the 107 bytes"),
    ],
    ids=["foreign", "by hand", "TLS", "relative", "more fields", "more lines", "quote", "long"],
)
def test_it_refuses_what_cannot_work_with_a_sentence_for_the_log(start, environment, sentence):
    """One line of JSON, of which Grafana takes level and message; the handshake is not begun."""
    output, errors, code = said(start(environment))
    assert (output, code) == (b"", 1)
    assert errors.count(b"\n") == 1
    line = json.loads(errors)
    assert line["@level"] == "error"
    assert sentence in line["@message"]


def test_the_longest_path_that_linux_allows_is_taken(start):
    """One byte less than what is refused above."""
    process = start({"GF_PLUGIN_SOCKET": LONG[:-1]})
    assert process.stdout.readline() == f"1|2|unix|{LONG[:-1]}|grpc\n".encode()


def test_both_processors_have_the_same_one(checkout):
    """It is a script; Grafana looks for it by the name of the processor, and must be allowed to execute it."""
    files = [checkout / PLUGIN / f"gpx_scorecard_linux_{processor}" for processor in ("amd64", "arm64")]
    assert len({file.read_bytes() for file in files}) == 1
    assert [file.stat().st_mode & 0o111 for file in files] == [0o111, 0o111]
    assert files[0].read_text().startswith("#!/bin/sh\n")
