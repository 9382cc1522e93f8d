"""Cents, and how a sum is shared out in whole ones."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

__all__ = ["CENT", "ZERO", "cents", "share_out"]

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def cents(amount: Decimal) -> Decimal:
    """``amount`` rounded half up to cents."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def share_out(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """``total`` in whole cents by ``weights``, adding up exactly (largest remainder, Hamilton).

    All weights zero shares evenly. ``total`` must be in whole cents.

    >>> [str(share) for share in share_out(Decimal("1.00"), [Decimal(1)] * 3)]
    ['0.34', '0.33', '0.33']
    """
    whole = sum(weights, Decimal(0))
    if not whole:
        weights = [Decimal(1)] * len(weights)
        whole = Decimal(len(weights))
    exact = [total * weight / whole for weight in weights]
    shares = [amount.quantize(CENT, ROUND_DOWN) for amount in exact]
    left = int((total - sum(shares, ZERO)) / CENT)
    step = CENT if left > 0 else -CENT
    order = sorted(range(len(exact)), key=lambda i: -abs(exact[i] - shares[i]))
    for turn in range(abs(left)):
        shares[order[turn % len(order)]] += step
    return shares
