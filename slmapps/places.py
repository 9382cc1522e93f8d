"""Where slmapps keeps things on this machine.

Three folders, each settled by an environment variable: ``home`` holds what must not be lost (the
workspace), ``cache`` what can be made again (encodings, exported models), and ``data`` is where a
bench finds the data it measures on, which the user has to name.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

__all__ = ["cache", "data", "home"]


def _folder(variable: str, default: str) -> Path:
    folder = Path(os.environ.get(variable) or default).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def home() -> Path:
    """Give the folder of the workspace: ``SLMAPPS_HOME`` or the user's data folder."""
    return _folder("SLMAPPS_HOME", platformdirs.user_data_dir("slmapps"))


def cache() -> Path:
    """Give the folder of what can be made again: ``SLMAPPS_CACHE`` or the user's cache."""
    return _folder("SLMAPPS_CACHE", platformdirs.user_cache_dir("slmapps"))


def data(option: str | Path | None = None) -> Path:
    """Give the folder of evaluation data: ``option`` or ``SLMAPPS_DATA``; there is no default.

    Raises ``FileNotFoundError`` that says the cure where neither names a folder.
    """
    named = option or os.environ.get("SLMAPPS_DATA")
    if not named:
        raise FileNotFoundError(
            "no evaluation data named: give --data FOLDER or set SLMAPPS_DATA=FOLDER"
            " (the folder that holds invoices/)"
        )
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(
            f"evaluation data: {folder} is not a folder; give --data FOLDER or set SLMAPPS_DATA"
        )
    return folder
