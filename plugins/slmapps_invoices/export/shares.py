"""Cents, and how a sum is shared out in whole ones."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

__all__ = ["CENT", "ZERO", "cents", "round_to", "share_out"]

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


def round_to(total: Decimal, exact: Sequence[Decimal]) -> list[Decimal]:
    """``exact`` amounts in whole cents that add up to ``total``.

    Each is rounded on its own and what is left goes out cent by cent where rounding took or gave
    most. Where more is left than rounding can explain, ``total`` is shared out by ``exact``.

    >>> [str(part) for part in round_to(Decimal("0.00"), [Decimal("23.004"), Decimal("-23.004")])]
    ['23.00', '-23.00']
    """
    parts = [cents(amount) for amount in exact]
    left = int((total - sum(parts, ZERO)) / CENT)
    if abs(left) > len(parts):
        return share_out(total, exact)
    step = CENT if left > 0 else -CENT
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i]) * (1 if left > 0 else -1))
    for i in order[: abs(left)]:
        parts[i] += step
    return parts
