"""Account names for plain-text ledgers: any chart name becomes one that beancount takes.

Design choices:

* ``Expenses:<group>:<code>-<name>``; what is owed stands under ``Liabilities``, the tax that comes
  back and what lasts for years (a group that says "asset") under ``Assets``.
* Letters and digits of every script stay; anything else becomes a dash. Two accounts never share a
  name: the second of two that look alike is numbered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from slmapps_invoices.export.entries import Entry
from slmapps_invoices.export.settings import ExportSettings, LedgerAccount

__all__ = ["AccountNames", "component"]


def component(text: str) -> str:
    """``text`` as one part of an account name: a capital or digit, then letters, digits, dashes.

    >>> [component(text) for text in ("Café & provisions", "ünïts", "水道", "4980", "  ;=  ")]
    ['Café-provisions', 'Ünïts', 'X-水道', '4980', 'X']
    """
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(c if c.isalpha() or c.isdecimal() else "-" for c in composed)
    kept = re.sub("-+", "-", kept).strip("-")[:80].rstrip("-")
    if not kept:
        return "X"
    first = kept[0].upper()
    # Capitals of one code point and decimal digits may begin a part, other letters may not.
    if len(first) == 1 and (unicodedata.category(first) == "Lu" or first.isdecimal()):
        return first + kept[1:]
    return f"X-{kept}"


class AccountNames:
    """The ledger names of all accounts that ``entries`` post to."""

    def __init__(self, entries: Iterable[Entry], settings: ExportSettings) -> None:
        self._names: dict[str, str] = {}
        chart = settings.accounts()
        self.payables = self._give("Liabilities", "", settings.payables)
        self.tax = self._give("Assets", "", settings.tax)
        used: dict[str, str] = {}
        for entry in entries:
            for posting in entry.postings:
                used.setdefault(posting.account, posting.account_name)
        for account, name in sorted(used.items()):
            group = chart[account].group if account in chart else ""
            root = "Assets" if "asset" in group.casefold() else "Expenses"
            if account not in self._names:
                self._give(root, group, LedgerAccount(account=account, name=name))

    def _give(self, root: str, group: str, account: LedgerAccount) -> str:
        code, name = account.account, account.name
        parts = [component(part) for part in group.split("/") if part.strip()]
        leaf = component(code if name in {"", code} else f"{code} {name}")
        full = plain = ":".join([root, *parts, leaf])
        turn = 1
        while full in self._names.values():
            turn += 1
            full = f"{plain}-{turn}"
        self._names[code] = full
        return full

    def of(self, account: str) -> str:
        """The ledger name of an account."""
        return self._names[account]

    def all(self) -> list[str]:
        """Every name, sorted, as the ledger must declare them."""
        return sorted(self._names.values())
