"""One line over several accounts: shares that add up to the whole, amounts to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

__all__ = ["amounts", "checked"]

CENT = Decimal("0.01")


def checked(shares: Sequence[tuple[str, Decimal]]) -> list[tuple[str, Decimal]]:
    """Give the shares as they were, or raise ValueError with the cure.

    At least two accounts, each once, each share above 0, together exactly 1.
    """
    accounts = [account for account, _ in shares]
    if len(shares) < 2:
        raise ValueError("a split needs two accounts or more: to book to one, correct the line")
    if len(set(accounts)) < len(accounts):
        raise ValueError("an account comes twice in the split: add its shares together")
    if any(share <= 0 for _, share in shares):
        raise ValueError("every share of a split has to be above 0: leave the account out")
    whole = sum((share for _, share in shares), Decimal(0))
    if whole != 1:
        raise ValueError(f"the shares add up to {whole}, not to 1: mend the last one")
    return list(shares)


def amounts(net: Decimal, shares: Sequence[tuple[str, Decimal]]) -> tuple[tuple[str, Decimal], ...]:
    """Divide ``net`` by share, each part to the cent; what rounding leaves goes to the largest.

    >>> amounts(Decimal("10.00"), [("a", Decimal("0.3333")), ("b", Decimal("0.6667"))])
    (('a', Decimal('3.33')), ('b', Decimal('6.67')))
    """
    parts = [(net * share).quantize(CENT, ROUND_HALF_UP) for _, share in shares]
    largest = max(range(len(shares)), key=lambda place: shares[place][1])
    parts[largest] += net - sum(parts, Decimal(0))
    return tuple((account, part) for (account, _), part in zip(shares, parts, strict=True))
