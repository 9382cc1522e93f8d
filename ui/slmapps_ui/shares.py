"""One amount over several values by share: the form, and the shares once they add up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from slmapps_ui.decision import Labels
from slmapps_ui.markup import money, plain

__all__ = ["shares_form"]

Shares = Sequence[tuple[str, Decimal]]
MOST = 6


def shares_form(label: Labels, *, key: str, net: Decimal | None, noun: str) -> Shares | None:
    """Draw the form; gives (value, share) pairs that add up to 1, None while they do not.

    The last part always gets the rest. ``net`` is shown divided, to the cent.
    """
    parts = int(st.number_input("Parts", 2, MOST, 2, key=f"{key}:parts", width=120))
    shares: list[tuple[str, Decimal]] = []
    rest = Decimal(100)
    for part in range(parts):
        left, right = st.columns([0.7, 0.3], vertical_alignment="bottom")
        chosen = left.selectbox(
            f"{noun} {part + 1}",
            list(label.names),
            index=None,
            format_func=label,
            key=f"{key}:value{part}",
        )
        percent = rest
        if part < parts - 1:
            given = right.number_input(
                "Share %", 0.0, 100.0, 100.0 // parts, step=5.0, key=f"{key}:share{part}"
            )
            percent = Decimal(str(given))
        else:
            right.markdown(f"the rest: {rest} %")
        rest -= percent
        if chosen and percent > 0:
            shares.append((chosen, percent / 100))
    if len(shares) < parts or len({value for value, _ in shares}) < parts:
        return None
    if net is not None:
        st.caption(
            " · ".join(
                f"{plain(label(value))}: {money((net * share).quantize(Decimal('0.01')))}"
                for value, share in shares
            )
        )
    return shares
