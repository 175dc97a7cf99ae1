"""Write every board: `python -m grafana.boards.write [FOLDER]`, by default into `grafana/dashboards`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from grafana.boards import delivery, exporter, measure, review, scorecard, strategy, teams

FOLDER = Path(__file__).parent.parent / "dashboards"
BOARDS = (
    scorecard.board,
    teams.board,
    measure.board,
    delivery.board,
    strategy.board,
    review.board,
    exporter.board,
)


def write(folder: Path) -> None:
    """One file a board, named after its uid."""
    for make in BOARDS:
        board = make()
        text = json.dumps(board.document(), indent=1, ensure_ascii=False)
        (folder / f"{board.uid}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
