"""How long a person waits: `slmapps --help`, the first import, the suite's second start.

    python -m benchmarks.startup

Each time is the median of several runs in fresh processes, the least and the greatest beside it.
The suite is started in a home of its own: the first start loads the samples, the second is
measured from the command to the first page served.
"""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

RUNS = 7
BIN = Path(sys.executable).parent
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def seconds(command: list[str]) -> list[float]:
    """Give the wall-clock seconds of each of RUNS runs, after one that fills the disk cache."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, **QUIET)
        times.append(time.perf_counter() - start)
    return times[1:]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_served(home: str, limit: float) -> float:
    """Start the suite, give the seconds until its page answers, and end it."""
    port = free_port()
    environment = {**os.environ, "SLMAPPS_HOME": home}
    environment.pop("SLMAPPS_DATABASE_URL", None)
    start = time.perf_counter()
    command = [str(BIN / "slmapps"), "ui", "--samples", "--port", str(port)]
    suite = subprocess.Popen(command, env=environment, **QUIET)
    try:
        while suite.poll() is None and time.perf_counter() - start < limit:
            try:
                with urllib.request.urlopen(f"http://localhost:{port}", timeout=1) as page:
                    if page.status == 200:
                        return time.perf_counter() - start
            except OSError:
                time.sleep(0.02)
        raise TimeoutError("no page; try `slmapps ui --samples` by hand")
    finally:
        suite.terminate()
        suite.wait(timeout=20)


def show(name: str, times: list[float], limit: float | None) -> None:
    middle = statistics.median(times)
    wanted = "" if limit is None else f"(wanted: at most {limit} s)"
    print(f"{name:<42}{middle:7.3f} s  [{min(times):.3f} … {max(times):.3f}] {wanted}")


def main() -> None:
    show("slmapps --help", seconds([str(BIN / "slmapps"), "--help"]), 0.5)
    show("slmapps invoices --help", seconds([str(BIN / "slmapps"), "invoices", "--help"]), 0.5)
    for statement in ("import slmapps_invoices", "from slmapps_invoices import read_invoice"):
        show(statement, seconds([sys.executable, "-c", statement]), None)
    with tempfile.TemporaryDirectory() as home:
        show("suite, first start with the samples", [until_served(home, 300)], None)
        show("suite, second start", [until_served(home, 60) for _ in range(3)], 5.0)


if __name__ == "__main__":
    main()
