"""Run the benchmarks, all or those named: `run.py`, `run.py scrape git`. Each has a process of its own.

One line a promise: its name, the figure, what is promised, kept or not. The status is 1 when one is broken.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = ("scrape", "git", "evaluation", "history", "explain", "plugin", "files", "sync")


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    folder = Path(__file__).parent
    commands = [[sys.executable, str(folder / f"{name}.py")] for name in names or BENCHMARKS]
    statuses = [subprocess.run(command, check=False).returncode for command in commands]
    return 1 if any(statuses) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
