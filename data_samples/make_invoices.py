"""Make the invoices desk's sample client: ``python data_samples/make_invoices.py [FOLDER]``.

Larkspur Bakehouse & Café is a fiction, and so is everybody it buys from. The same code gives the
same bytes; a test holds the files in the repository against a fresh run.
"""

from __future__ import annotations

import sys
from pathlib import Path

from making.ledger import chart_csv, history_csv

__all__ = ["make"]


def make(folder: Path) -> None:
    """Write the chart, the history, the settings and the invoices into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "chart.csv").write_text(chart_csv(), encoding="utf-8")
    (folder / "history.csv").write_text(history_csv(), encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "invoices")
