"""The open accounts of a chart as people name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["account_names"]


def account_names(chart: pd.DataFrame) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Give (account, label) of each open account, and the accounts by name and code, casefolded."""
    open_ones = chart[~chart["retired"].astype(bool)]
    pairs = list(zip(open_ones["account"], open_ones["name"], strict=True))
    labels = [
        (account, account if account == name else f"{account} {name}") for account, name in pairs
    ]
    named = {str(name).casefold(): str(account) for account, name in pairs}
    return labels, named | {str(account).casefold(): str(account) for account, _ in pairs}
