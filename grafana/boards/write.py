"""Write every board: `python -m grafana.boards.write [FOLDER]`, by default into `grafana/dashboards`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from grafana.boards import scorecard

FOLDER = Path(__file__).parent.parent / "dashboards"
BOARDS = (scorecard,)


def write(folder: Path) -> None:
    """One file a board, named after its uid."""
    for module in BOARDS:
        text = json.dumps(module.board(), indent=1, ensure_ascii=False)
        (folder / f"{module.UID}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
