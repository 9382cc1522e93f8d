"""The command line ``slmapps``."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
    from slmapps.cli.root import cli

    cli()
