"""A beancount ledger: a transaction an invoice, accounts opened, currencies declared.

The file stands alone under ``bean-check`` and can be included in a ledger that does not open the
same accounts. Syntax: https://beancount.github.io/docs/beancount_language_syntax.html
"""

from __future__ import annotations

from collections.abc import Iterator

from slmapps_invoices.export.account_names import AccountNames
from slmapps_invoices.export.cells import one_line
from slmapps_invoices.export.entries import Batch, Entry, Posting, Written, checked
from slmapps_invoices.export.plain_text import balanced, posting_line

__all__ = ["write_beancount"]


def _string(text: str) -> str:
    r"""``text`` as a beancount string.

    >>> print(_string('12" tins \\ lids'))
    "12\" tins \\ lids"
    """
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _details(posting: Posting) -> Iterator[str]:
    for key, value in (
        ("text", posting.text),
        ("tax-code", posting.tax_code),
        ("cost-centre", posting.cost_centre),
        ("department", posting.department),
    ):
        if value:
            yield f"    {key}: {_string(value)}"


def _transaction(entry: Entry, names: AccountNames) -> Iterator[str]:
    yield f"{entry.date} * {_string(entry.seller)} {_string(f'{entry.type} {entry.number}')}"
    yield f"  invoice: {_string(entry.number)}"
    if entry.due_date:
        yield f"  due: {entry.due_date}"
    if entry.file:
        yield f"  file: {_string(entry.file)}"
    for posting in entry.postings:
        yield posting_line(names.of(posting.account), posting.net, entry.currency, 2)
        yield from _details(posting)
    if entry.tax:
        yield posting_line(names.tax, entry.tax, entry.currency, 2)
    yield posting_line(names.payables, -entry.total, entry.currency, 2)
    yield ""


def write_beancount(batch: Batch) -> Written:
    """The batch in order of date."""
    entries = sorted(batch.entries, key=lambda entry: entry.date)
    names = AccountNames(entries, batch.settings)
    first = entries[0].date
    lines = [
        f'option "title" {_string(batch.settings.client or "Purchases")}',
        f'option "operating_currency" "{batch.settings.currency}"',
        "",
    ]
    currencies = sorted({batch.settings.currency, *(entry.currency for entry in entries)})
    lines += [f"{first} commodity {currency}" for currency in currencies]
    lines += [f"{first} open {name}" for name in names.all()]
    lines.append("")
    for entry in entries:
        lines += _transaction(entry, names)
    text = "\n".join(lines)
    agrees = balanced(text, len(entries))
    return checked(text.encode("utf-8"), "invoices.beancount", (), agrees=agrees)
