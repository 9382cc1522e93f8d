"""``slmapps invoices``: the desk without the page."""

from __future__ import annotations

import click


@click.group()
def invoices() -> None:
    """Read e-invoices and code their lines to a client's own chart of accounts."""
