"""`make demo`: Acme's systems and the exporter that reads them, side by side until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from examples.acme import configuration, files
from examples.acme.company.people import services
from examples.acme.company.story import company
from examples.acme.systems.running import TOKEN
from examples.acme.waiting import PORT, wait

EXPORTER = Path(sys.executable).with_name("scorecard-exporter")


def main() -> int:
    """Write the configuration and the files for today, start both, and end both."""
    options = _options()
    now = int(time.time())
    folder: Path = options.folder.resolve()
    configuration.write(folder, now, services(40))
    files.write(company(now=now), folder / "data")
    # The company is told anew each time, so what was read of an earlier one is of no use.
    for old in folder.glob("data/acme.duckdb*"):
        if old.is_file():
            old.unlink()
    pushes = ("--webhooks", f"http://{options.listen}", "--speed", "600") if options.live else ()
    systems = subprocess.Popen(  # noqa: S603  likewise
        [sys.executable, "-m", "examples.acme", "--port", str(PORT), *pushes]
    )
    try:
        wait(lambda: systems.poll() is None)
        sys.stderr.write(f"\n  The scorecard of Acme: http://{options.listen}/  (all of it within two minutes)\n\n")
        exporter = subprocess.Popen(  # noqa: S603  our own program, with our own arguments
            [EXPORTER, "run", f"--config.file={folder / 'scorecard.yaml'}", f"--web.listen-address={options.listen}"],
            env={**os.environ, "ACME_TOKEN": TOKEN},
        )
        return _until_the_end(exporter)
    finally:
        systems.terminate()
        systems.wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m examples.acme.demo", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("data/acme"), help="where configuration and store are kept")
    parser.add_argument("--listen", default="127.0.0.1:10210", help="where the exporter listens")
    parser.add_argument("--live", action="store_true", help="let the company live on, and push what happens")
    return parser.parse_args()


def _until_the_end(exporter: subprocess.Popen[bytes]) -> int:
    """Until somebody ends it: a signal to this process is one to the exporter."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: exporter.terminate())
    return exporter.wait()


if __name__ == "__main__":
    sys.exit(main())
