"""How long the desk takes: a correction until it is felt, a batch, a second start, the database.

    SLMAPPS_DATA=… python -m benchmarks.desk [--client harrogate]

The history is the last 60,000 lines before the client's test part, the open lines are the first of
it. Everything runs on SQLite in a folder of its own; the second start is a fresh process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

OPEN_LINES = (10, 100, 1000)
TRIES = 9
INPUTS = ["date", "supplier", "text", "amount", "currency", "department", "invoice_id", "line_id"]


def lines_of(client: str, option: str | None) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Give chart, history (60,000 lines or fewer) and the lines after it."""
    from slmapps import places

    folder = places.data(option) / "invoices" / "coding"
    splits = (
        pd.read_csv(folder / "splits.csv", dtype=str) if (folder / "splits.csv").exists() else None
    )
    own = folder / client
    lines = pd.read_csv(own / "lines.csv.gz", dtype=str, keep_default_na=False, na_values=[""])
    chart = pd.read_csv(own / "chart.csv", dtype=str, keep_default_na=False)
    place = int(len(lines) * 0.8)
    if splits is not None and "client" in splits and client in set(splits["client"]):
        day = splits.loc[splits["client"] == client, "test_from"].iloc[0]
        place = int((lines["date"] < day).sum())
    return chart, lines.iloc[max(0, place - 60_000) : place], lines.iloc[place:]


def timed(work: Any, *arguments: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - start, result


def felt(workspace: Any, record_id: int) -> list[float]:
    """Seconds from a person's word to the open lines being predicted anew, a try each."""
    from slmapps.records import Correction
    from slmapps_invoices import desk

    times = []
    for number in range(TRIES):
        rows = workspace.predictions(record_id=record_id, field="account")
        row = rows[number * 7 % len(rows)]
        options = desk.choices(workspace, row)
        value = options[number % len(options)][0]
        correction = Correction(prediction_id=row.id, field="account", value=value)
        times.append(timed(desk.correct, workspace, [correction])[0])
    return times


def next_one(workspace: Any, client: str, frame: pd.DataFrame) -> list[float]:
    """Seconds for the coder alone: learn one line, predict the next."""
    from slmapps_invoices.desk import open_client
    from slmapps_invoices.line_items import as_lines, frame_of, rows_of

    desk = open_client(workspace, client)
    coder = desk.catch_up(workspace)
    rows = rows_of(as_lines(frame))
    accounts = [value for value, _ in desk.choices(workspace, "account")]
    times = []
    for number in range(TRIES):
        line, following = frame_of([rows[number]]), frame_of([rows[number + 1]])
        start = time.perf_counter()
        coder.learn(line, [accounts[number % len(accounts)]])
        coder.predict_all(following)
        times.append(time.perf_counter() - start)
    return times


SECOND_START = """
import sys, time
start = time.perf_counter()
from slmapps.workspace import Workspace
from slmapps_invoices import desk
workspace = Workspace.open(sys.argv[1])
opened = time.perf_counter()
desk.open_client(workspace, sys.argv[2]).catch_up(workspace)
print(opened - start, time.perf_counter() - start)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data")
    parser.add_argument("--client", default="harrogate")
    options = parser.parse_args()
    chart, history, after = lines_of(options.client, options.data)
    figures: dict[str, Any] = {"client": options.client, "history": len(history)}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SLMAPPS_HOME"] = folder
        from slmapps.workspace import Workspace
        from slmapps_invoices import desk

        url = f"sqlite:///{folder}/workspace.db"
        workspace = Workspace.open(url)
        desk.import_chart(workspace, options.client, chart)
        figures["history learnt, s"], _ = timed(
            desk.import_history, workspace, options.client, history
        )
        times = next_one(workspace, options.client, after[INPUTS].head(TRIES + 1))
        figures["coder: learn one, predict the next, ms"] = spread(times)
        desk.open_client(workspace, options.client).forget()
        taken = 0
        for count in OPEN_LINES:
            frame = after[INPUTS].iloc[taken : taken + count]
            taken += count
            seconds, record = timed(
                desk.process_lines, workspace, options.client, frame, f"{count} lines"
            )
            figures[f"{count} lines coded and saved, s"] = round(seconds, 2)
            figures[f"correction felt, {taken} lines open, ms"] = spread(felt(workspace, record.id))
        workspace.close()
        told = subprocess.run(
            [sys.executable, "-c", SECOND_START, url, options.client],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        figures["second start: workspace open, s"] = round(float(told[0]), 2)
        figures["second start: coder ready, s"] = round(float(told[1]), 2)
        figures["database, MB"] = round(Path(folder, "workspace.db").stat().st_size / 1e6, 1)
    print(json.dumps(figures, indent=2))


def spread(times: list[float]) -> list[float]:
    """Median, least and greatest in ms."""
    return [round(1000 * each, 1) for each in (statistics.median(times), min(times), max(times))]


if __name__ == "__main__":
    main()
