"""The few bits of HTML that Streamlit has no widget for; every text is escaped here.

Colours are mixed from the theme's own text colour or given for both schemes with ``light-dark()``,
so that one style sheet serves both.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from pathlib import Path

import streamlit as st

__all__ = ["chip", "escape", "facts", "meter", "money", "plain", "style", "write"]

_STYLE = Path(__file__).with_name("style.css")


def style() -> None:
    """Put the style sheet into the page; once a run."""
    st.html(_STYLE)


def escape(text: object) -> str:
    """Make text safe within HTML."""
    return html.escape("" if text is None else str(text))


def plain(text: object) -> str:
    """Text from a document as Markdown that shows it literally (labels, toasts, captions)."""
    return re.sub(r"([\\`*_{}\[\]()#+\-!|<>~$:^])", r"\\\1", "" if text is None else str(text))


def write(body: str) -> None:
    """Show HTML whose texts have been escaped; nothing where there is nothing to show."""
    if body:
        st.html(body)


def chip(text: str, tone: str = "quiet") -> str:
    """A small label; ``tone`` is good, warn, bad, key or quiet."""
    return f'<span class="sl-chip {tone}">{escape(text)}</span>'


def meter(share: float, tone: str = "") -> str:
    """A bar for a share within 0..1."""
    width = f"{max(0.0, min(1.0, share)):.0%}"
    return f'<span class="sl-meter {tone}"><i style="width:{width}"></i></span>'


def facts(pairs: Iterable[tuple[str, object]]) -> str:
    """Names and values side by side; pairs without a value are left out."""
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in pairs
        if value not in (None, "")
    )
    return f'<dl class="sl-facts">{cells}</dl>'


def money(amount: Decimal | str | None, currency: str = "") -> str:
    """An amount as a person reads it: ``1,234.50 EUR``; what is no number comes back as it is."""
    if amount is None or amount == "":
        return ""
    try:
        number = Decimal(str(amount))
    except InvalidOperation:
        return str(amount)
    places = max(2, -int(number.as_tuple().exponent)) if number.is_finite() else 2
    return f"{number:,.{places}f} {currency}".strip()
