"""Labels for the pages of an e-invoice from the data inside: every hybrid PDF teaches the tagger.

Design choices:

* What a run of words may be is told by its value: it is the total only if it reads as the total.
  Where several labels have one value (total and due), the tagger as it stands chooses among them;
  where it has no opinion the words are left out of the training, never guessed.
* A label that the tagger gives to a value which the data knows to be another is taken from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from slmapps.records import Page
from slmapps_invoices.pages.amounts import convention, read_amount, read_rate
from slmapps_invoices.pages.dates import day_order, read_date
from slmapps_invoices.pages.gather import printed_rows
from slmapps_invoices.pages.labels import LABELS, LINE, OTHER
from slmapps_invoices.pages.quantities import read_quantity
from slmapps_invoices.records import Invoice

if TYPE_CHECKING:
    from slmapps.heads.pages import Tagged

__all__ = ["begins_of", "labels_of"]

_LONGEST = 12  # words of a value
_BELIEVED = 0.15  # a label whose value fits and that the tagger gives this share is meant
_SURELY_OTHER = 0.6
Run = Sequence[int]


def labels_of(
    pages: Sequence[Page], tagged: Sequence[Tagged], invoice: Invoice
) -> list[npt.NDArray[np.int64]]:
    """The label's number of each word of each page, -1 where it is not known.

    ``tagged`` is what a tagger says of the pages, ``invoice`` the data of the same document.
    """
    words = [word.text for page in pages for word in page.words]
    tests = list(_tests(invoice, words))
    known = {label for label, _ in tests}
    return [
        _page_labels(page, told, tests, known) for page, told in zip(pages, tagged, strict=True)
    ]


def begins_of(page: Page, labels: npt.NDArray[np.int64], invoice: Invoice) -> npt.NDArray[np.int64]:
    """For each word of a page: 1 where its printed row begins a line, 0 where not, -1 not known.

    A line begins where the first words of its description stand. Where not every line that has
    words on the page was found, nothing is said of it.
    """
    found = np.full(len(page.words), -1, np.int64)
    starts = [_plain(line.description) for line in invoice.lines]
    of_lines = np.isin(labels, [LABELS.index(name) for name in LINE])
    rows = [row for row in printed_rows(page) if of_lines[row].any()]
    begun: list[int] = []
    for number, row in enumerate(rows):
        mine = [at for at in row if labels[at] == LABELS.index("description")]
        text = _plain(" ".join(page.words[at].text for at in mine))
        if len(text) > 1 and any(start.startswith(text) for start in starts):
            begun.append(number)
    shown = sum(labels[at] == LABELS.index("line_net") for row in rows for at in row)
    if not begun or not len(begun) <= shown <= len(begun) + 1:
        return found
    for number, row in enumerate(rows):
        found[row] = int(number in begun)
    return found


def _page_labels(
    page: Page,
    tagged: Tagged,
    tests: Sequence[tuple[str, Callable[[str], bool]]],
    known: set[str],
) -> npt.NDArray[np.int64]:
    may = np.zeros((len(page.words), len(LABELS)), bool)
    for row in printed_rows(page):
        for begin in range(len(row)):
            for end in range(begin + 1, min(len(row), begin + _LONGEST) + 1):
                run = row[begin:end]
                text = " ".join(page.words[at].text for at in run).strip(" :;,|•·")
                for label, fits in tests:
                    if fits(text):
                        may[run, LABELS.index(label)] = True
    columns = [tagged.labels.index(name) for name in LABELS]
    shares = tagged.shares[:, columns]
    best = shares.argmax(1)
    fitting = np.where(may, shares, -1.0)
    chosen, other = fitting.argmax(1), LABELS.index(OTHER)
    settled = np.array([name in known for name in LABELS])
    found = np.full(len(page.words), -1, np.int64)
    for at in range(len(found)):
        share = fitting[at, chosen[at]]
        if share >= _BELIEVED:
            found[at] = chosen[at]
        elif share >= 0 and shares[at, other] < _SURELY_OTHER:
            found[at] = -1
        elif best[at] == other or settled[best[at]]:
            found[at] = other
    return found


def _tests(invoice: Invoice, words: Sequence[str]) -> Iterator[tuple[str, Callable[[str], bool]]]:
    """For each label that the data tells of, whether a text reads as one of its values."""
    way = convention(words)
    order = day_order(words, currency=invoice.currency)

    def amounts(values: Iterable[Decimal | None]) -> Callable[[str], bool] | None:
        wanted = {abs(value) for value in values if value is not None}
        return _reads(lambda text: (abs(r.value) for r in read_amount(text, way)), wanted)

    def rates(values: Iterable[Decimal | None]) -> Callable[[str], bool] | None:
        wanted = {value for value in values if value is not None}
        return _reads(lambda text: (r.value for r in read_rate(text, way)), wanted)

    def days(value: date | None) -> Callable[[str], bool] | None:
        wanted = {value} if value is not None else set()
        return _reads(lambda text: (r.value for r in read_date(text, order)), wanted)

    def texts(values: Iterable[str]) -> Callable[[str], bool] | None:
        wanted = {_plain(value) for value in values if len(_plain(value)) > 1}
        return (lambda text: _plain(text) in wanted) if wanted else None

    def parts(values: Iterable[str]) -> Callable[[str], bool] | None:
        """A row of a text that goes on over several: any run of its words that is long enough."""
        wanted = [_plain(value) for value in values if value]
        return (
            (lambda text: len(_plain(text)) > 2 and any(_plain(text) in one for one in wanted))
            if wanted
            else None
        )

    lines, taxes = invoice.lines, invoice.taxes
    quantities = {line.quantity for line in lines if line.quantity is not None}
    tests: dict[str, Callable[[str], bool] | None] = {
        "number": texts([invoice.number]),
        "issue_date": days(invoice.issue_date),
        "due_date": days(invoice.due_date),
        "seller_name": texts([invoice.seller.name]),
        "seller_vat_id": texts([invoice.seller.vat_id]),
        "iban": texts([invoice.seller.iban, *invoice.accounts]),
        "bic": texts([invoice.seller.bic]),
        "buyer_name": texts([invoice.buyer.name]),
        "buyer_vat_id": texts([invoice.buyer.vat_id]),
        "order_reference": texts([invoice.order_reference]),
        "currency": texts([invoice.currency]),
        "line_total": amounts([invoice.line_total]),
        "allowance": amounts([invoice.allowance_total or None, invoice.charge_total or None]),
        "net": amounts([invoice.net]),
        "tax": amounts([invoice.tax]),
        "total": amounts([invoice.total]),
        "paid": amounts([invoice.paid]),
        "due": amounts([invoice.due]),
        "tax_rate": rates(row.rate for row in taxes),
        "tax_base": amounts(row.base for row in taxes),
        "tax_amount": amounts(row.tax for row in taxes),
        "item": texts(line.seller_item for line in lines),
        "description": parts(line.description for line in lines),
        "details": parts(line.details for line in lines),
        "quantity": _reads(
            lambda text: (r.value.amount for r in read_quantity(text, way)), quantities
        ),
        "unit_price": amounts(line.unit_price for line in lines),
        "discount": amounts(line.discount for line in lines),
        "line_net": amounts(line.net for line in lines),
        "line_tax_rate": rates(line.tax_rate for line in lines),
    }
    yield from ((label, test) for label, test in tests.items() if test is not None)


def _reads(
    readings: Callable[[str], Iterable[Any]], wanted: set[Any]
) -> Callable[[str], bool] | None:
    if not wanted:
        return None
    return lambda text: any(value in wanted for value in readings(text)) if text else False


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
