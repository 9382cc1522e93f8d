"""Accounts as a list names them, brought to the chart's own spelling.

A spreadsheet turns 5000 into 5000.0 and 0400 into 400, and some programs export the account's name
in place of its code. A label that fits one account of the chart, and no other, is that account.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["as_in_chart"]

_WHOLE = re.compile(r"(\d+)[.,]0+")


def as_in_chart(labels: Sequence[str], chart: Iterable[tuple[str, str]]) -> list[str]:
    """Give each label as the chart writes it; one that fits no account stays as it is.

    ``chart`` holds (account, name). The account itself wins over all that is like it.

    >>> as_in_chart(["5000.0", "400", "rent", "9"], [("5000", "Flour"), ("0400", "Rent")])
    ['5000', '0400', '0400', '9']
    """
    exact: set[str] = set()
    alike: dict[str, set[str]] = {}
    for account, name in chart:
        exact.add(account)
        for key in (_key(account), _key(name)):
            alike.setdefault(key, set()).add(account)
    found: dict[str, str] = {}
    for label in labels:
        if label not in found:
            likely = set() if label in exact else alike.get(_key(label), set())
            found[label] = next(iter(likely)) if len(likely) == 1 and label else label
    return [found[label] for label in labels]


def _key(label: str) -> str:
    text = " ".join(label.casefold().split())
    whole = _WHOLE.fullmatch(text)
    text = whole[1] if whole else text
    return text.lstrip("0") or text if text.isdigit() else text
