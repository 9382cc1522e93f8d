"""An hledger journal: declared accounts, commodities and payees, so that ``check -s`` is content.

Journal syntax: https://hledger.org/1.25/hledger.html#journal-format
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from slmapps_invoices.export.account_names import AccountNames
from slmapps_invoices.export.cells import one_line
from slmapps_invoices.export.entries import Batch, Entry, Posting, Written, checked
from slmapps_invoices.export.plain_text import balanced, posting_line

__all__ = ["write_hledger"]


def _payee(text: str) -> str:
    """``text`` as a payee: ``;`` begins a comment, ``|`` a note, brackets a code.

    >>> _payee("(Mill | Sons; Ltd")
    'Mill / Sons, Ltd'
    """
    plain = one_line(text).replace(";", ",").replace("|", "/").lstrip("(*!= ")
    return " ".join(plain.split()) or "Unknown seller"


def _comment(text: str) -> str:
    """``text`` as a comment that hledger reads no tag and no date from.

    >>> _comment("Credit: 2 sacks [2020-13-01]")
    'Credit - 2 sacks (2020-13-01)'
    """
    plain = one_line(text).translate({ord("["): "(", ord("]"): ")"})
    return " ".join(plain.replace(":", " - ").split())


def _code(number: str) -> str:
    return one_line(number).translate({ord(c): "-" for c in "();"})


def _note(posting: Posting) -> str:
    parts = [posting.text, posting.tax_code or "", posting.cost_centre or ""]
    return ", ".join(_comment(part) for part in parts if part)


def _line(name: str, amount: Decimal, currency: str, note: str = "") -> str:
    return posting_line(name, amount, currency, 4) + (f"  ; {note}" if note else "")


def _transaction(entry: Entry, names: AccountNames) -> Iterator[str]:
    kind = "" if entry.type == "invoice" else f" | {entry.type.replace('_', ' ')}"
    yield f"{entry.date} * ({_code(entry.number)}) {_payee(entry.seller)}{kind}"
    if entry.due_date:
        yield f"    ; due: {entry.due_date}"
    for posting in entry.postings:
        yield _line(names.of(posting.account), posting.net, entry.currency, _note(posting))
    if entry.tax:
        yield _line(names.tax, entry.tax, entry.currency)
    yield _line(names.payables, -entry.total, entry.currency)
    yield ""


def write_hledger(batch: Batch) -> Written:
    """The batch in order of date."""
    entries = sorted(batch.entries, key=lambda entry: entry.date)
    names = AccountNames(entries, batch.settings)
    currencies = sorted({batch.settings.currency, *(entry.currency for entry in entries)})
    lines = [f"; {_comment(batch.settings.client or 'Purchases')}", "decimal-mark .", ""]
    lines += [f"commodity 1000.00 {currency}" for currency in currencies]
    lines += [f"account {name}" for name in names.all()]
    lines += [f"payee {name}" for name in sorted({_payee(entry.seller) for entry in entries})]
    lines.append("")
    for entry in entries:
        lines += _transaction(entry, names)
    text = "\n".join(lines)
    agrees = balanced(text, len(entries))
    return checked(text.encode("utf-8"), "invoices.journal", (), agrees=agrees)
