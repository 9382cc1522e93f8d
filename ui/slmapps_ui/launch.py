"""The command that serves the pages.

Streamlit reads ``.streamlit/config.toml`` beside the script that it runs, so the theme and the
privacy settings hold however the pages are started; here stand only the options of one start.
"""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["APP", "command", "environment"]

APP = Path(__file__).with_name("app.py")


def command(port: int = 8501, *, address: str = "localhost") -> list[str]:
    """The argument list that serves the suite on ``http://address:port`` until it is ended.

    The server listens on ``address`` alone, so that by default only this machine can reach it.
    """
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(APP),
        f"--server.port={port}",
        f"--server.address={address}",
        "--server.headless=true",
        "--browser.gatherUsageStats=false",
    ]


def environment() -> dict[str, str]:
    """Variables that the command needs on top of the caller's own.

    One thread a library: the pages' worker and the page itself share the cores, and two OpenMP
    threads on busy cores run many times slower than one.
    """
    return {"OMP_NUM_THREADS": "1", "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}
