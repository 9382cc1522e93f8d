"""Where the samples lie: small made-up inputs for every desk, in a checkout and in a wheel."""

from __future__ import annotations

from pathlib import Path

__all__ = ["samples"]


def samples(desk: str) -> Path:
    """Give the folder of a desk's samples; a FileNotFoundError says what to mend."""
    package = Path(__file__).resolve().parent
    places = [package / "data_samples" / desk, package.parent / "data_samples" / desk]
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(
        f"no samples for the desk {desk!r}; reinstall slmapps, or run from a full checkout"
    )
