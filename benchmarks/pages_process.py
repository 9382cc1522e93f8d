"""A batch of files read in a fresh process, with seconds and memory.

    python -m benchmarks.pages_process FOLDER

prints one JSON object: for each file in the order of names its seconds, Problems and total; the
seconds until the first file was begun; and the peak memory (VmHWM) of the process itself and of
the one that holds PDFium, which is its child.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

__all__ = ["in_fresh_process", "peak"]

ROOT = Path(__file__).resolve().parent.parent


def in_fresh_process(folder: Path, *, limit: float = 1800.0) -> dict[str, Any]:
    """Read the files of ``folder`` in a process of their own."""
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.pages_process", str(folder)],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=limit,
    )
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def peak(process: str = "self") -> int:
    """The most memory that a process has held, MB.

    Not ru_maxrss: a process starts with that of the one which started it.
    """
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) // 1024 if found else 0


def _one(path: Path) -> dict[str, Any]:
    from slmapps_invoices.read import read_invoices

    wall, work = time.perf_counter(), time.process_time()
    invoices, problems = read_invoices(path)
    invoice = invoices[0] if invoices else None
    return {
        "file": path.name,
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - work,
        "number": invoice.number if invoice else None,
        "total": None if invoice is None or invoice.total is None else f"{invoice.total:f}",
        "problems": [
            {"code": each.code, "severity": each.severity.value, "cure": each.cure}
            for each in problems
        ],
    }


def main() -> None:
    """Read the folder and print the answer."""
    start = time.perf_counter()
    import slmapps_invoices.read  # noqa: F401 - the time that it takes is told apart

    ready = time.perf_counter() - start
    files = [_one(path) for path in sorted(Path(sys.argv[1]).iterdir())]
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text("utf-8").split()
    answer = {
        "files": files,
        "seconds to import": ready,
        "peak MB": peak(),
        "peak MB of children": sum(peak(number) for number in children),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
