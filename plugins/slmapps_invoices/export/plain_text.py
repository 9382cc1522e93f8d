"""What the two plain-text ledgers have in common: an amount on a line, and the check of a file."""

from __future__ import annotations

import re
from decimal import Decimal

__all__ = ["balanced", "posting_line"]

AMOUNT = re.compile(r"^ +[A-Z]\S*:\S+  (-?\d+\.\d\d) [A-Z]{3}(?:$|  ;)", re.MULTILINE)


def posting_line(name: str, amount: Decimal, currency: str, indent: int) -> str:
    """A posting: account, two spaces, amount with two decimals, currency."""
    return f"{' ' * indent}{name}  {amount:.2f} {currency}"


def balanced(text: str, transactions: int) -> bool:
    """Whether ``text`` holds that many transactions and the amounts of each add up to nothing."""
    blocks = [block for block in text.split("\n\n") if AMOUNT.search(block)]
    sums = [
        sum((Decimal(amount) for amount in AMOUNT.findall(block)), Decimal(0)) for block in blocks
    ]
    return len(blocks) == transactions and not any(sums)
