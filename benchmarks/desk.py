"""How long the desk takes: a correction until it is felt, a batch, a second start, the database.

    python -m benchmarks.desk
    SLMAPPS_DATA=… python -m benchmarks.desk --client harrogate

The history is 10,000 lines made up from a seed, or the 60,000 before the client's test part, the
first lines of which are then the open ones. Everything runs on SQLite in a folder of its own; the
second start is a fresh process.
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

import numpy as np
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
    day = splits.loc[splits["client"] == client, "test_from"].iloc[0]
    place = int((lines["date"] < day).sum())
    return chart, lines.iloc[max(0, place - 60_000) : place], lines.iloc[place:]


def made_up(seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Give chart, 10,000 lines of history and 2,000 after it, of a client that doesn't exist."""
    rng = np.random.default_rng(seed)
    things = ["flour", "paper", "diesel", "bolts", "cables", "cleaning", "linen", "timber", "gas"]
    kinds = ["supplies", "hire", "repairs", "services", "delivery", "training", "licences"]
    pairs = [(thing, kind) for thing in things for kind in kinds]
    chart = pd.DataFrame(
        {
            "account": [str(5000 + 10 * n) for n in range(len(pairs))],
            "name": [f"{thing} {kind}".capitalize() for thing, kind in pairs],
        }
    )
    count = 12_000
    seller = (rng.zipf(1.3, count) - 1) % 900
    usual = rng.integers(0, len(pairs), 900)
    place = np.where(rng.random(count) < 0.8, usual[seller], rng.integers(0, len(pairs), count))
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(count) // 30, unit="D")
    lines = pd.DataFrame(
        {
            "date": days.strftime("%Y-%m-%d"),
            "supplier": [f"Fictional {things[n % 9]} company {n}" for n in seller],
            "text": [
                f"{pairs[at][0]} {pairs[at][1]}, lot {n % 40}" if n % 3 else f"order {n % 700}"
                for n, at in enumerate(place)
            ],
            "amount": np.round(rng.lognormal(4, 1.5, count), 2).astype(str),
            "currency": "EUR",
            "department": [f"site {n % 6}" for n in seller],
            "invoice_id": [f"I{n // 3}" for n in range(count)],
            "line_id": [f"L{n}" for n in range(count)],
            "account": chart["account"].to_numpy()[place],
        }
    )
    return chart, lines.iloc[:10_000], lines.iloc[10_000:]


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
    parser.add_argument("--client", default="")
    options = parser.parse_args()
    if options.client:
        chart, history, after = lines_of(options.client, options.data)
    else:
        options.client = "made up"
        chart, history, after = made_up()
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
