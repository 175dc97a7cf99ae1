"""Systems that are slow or want a pause, read by a real process beside one that is well."""

import contextlib
import http.server
import re
import signal
import threading
import time

import pytest

from processes import running, wait_for

CONFIGURATION = """
store: duckdb:./store.duckdb
evaluation_interval: 1s
sources:
  shop: {{type: files, path: "data/*.csv", interval: 1s}}
  prom:
    type: prometheus
    url: {url}
    interval: 1s
    history: 2d
    series: {{visits: {{expression: visits, subject: shop}}}}
"""


class System(http.server.ThreadingHTTPServer):
    """Answers on a free port of the loopback address. `ended`: set when no answer need go on."""

    daemon_threads = True

    def __init__(self, answer):
        self.asked, self.ended = [], threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.server.asked.append(self.path)
                with contextlib.suppress(OSError):  # the exporter has ended
                    answer(self)

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)


def drip(handler):
    """A body of which a byte comes ten times a second, for ever."""
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.ended.wait(0.1):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def hang(handler):
    """No answer at all."""
    handler.server.ended.wait(60)


def refuse(handler):
    """Too many requests; come back in an hour."""
    handler.send_response(429)
    handler.send_header("retry-after", "3600")
    handler.send_header("content-length", "0")
    handler.end_headers()


@pytest.fixture
def serving():
    """A function that makes a system answer; it is ended with the test."""
    with contextlib.ExitStack() as stack:

        def serve(answer):
            system = stack.enter_context(System(answer))
            thread = threading.Thread(target=system.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            stack.callback(thread.join)
            stack.callback(system.shutdown)
            stack.callback(system.ended.set)
            return system

        yield serve


def configure(folder, system):
    (folder / "data").mkdir()
    (folder / "scorecard.yaml").write_text(CONFIGURATION.format(url=f"http://127.0.0.1:{system.server_port}"))
    deploy(folder, "v1")


def deploy(folder, version):
    rows = f"environment,version,finished_at\nlive,{version},{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}\n"
    (folder / "data" / f"deployments-{version}.csv").write_text(rows)


def metric(client, series):
    """The value of a series, or None."""
    found = re.search(rf"^{re.escape(series)} (\S+)$", client.get("/metrics").text, re.M)
    return found and float(found[1])


DEPLOYMENTS = 'scorecard_source_records_total{kind="deployment",source="shop"}'


@pytest.mark.parametrize("answer", [drip, hang])
def test_a_slow_system_delays_neither_the_numbers_of_another_nor_the_end(tmp_path, serving, answer):
    system = serving(answer)
    configure(tmp_path, system)
    with running(tmp_path) as (process, client):
        wait_for(lambda: system.asked, "the question to the slow system")
        wait_for(lambda: metric(client, DEPLOYMENTS) == 1, "the first deployment")
        deploy(tmp_path, "v2")
        wait_for(lambda: metric(client, DEPLOYMENTS) == 2, "the second one")
        assert len(system.asked) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert "level=error" not in (tmp_path / "log").read_text()


def test_a_source_that_pauses_says_so_and_has_not_failed(tmp_path, serving):
    system = serving(refuse)
    configure(tmp_path, system)
    with running(tmp_path) as (process, client):
        wait_for(lambda: metric(client, 'scorecard_source_up{source="prom"}') == 1, "the first poll")
        until = metric(client, 'scorecard_source_paused_until_timestamp_seconds{source="prom"}')
        assert until == pytest.approx(time.time() + 3600, abs=60)
        assert wait_for(lambda: "is not read for a while" in client.get("/").text, "the notice")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    log = (tmp_path / "log").read_text()
    assert "level=error" not in log
    assert "source paused" in log
