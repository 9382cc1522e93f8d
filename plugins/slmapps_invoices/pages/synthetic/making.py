"""One invented invoice from a number: PDF, truth, and the words that are read back, labelled.

Design choices:

* The truth is what was drawn: a value whose label was never drawn is left out of the record.
* Words come from the reader that production uses, so a model is trained on what it will be given.
* Tax and lines obey the rules of ``slmapps_invoices.rules``. A sum of tax that is not printed
  while each rate's tax is counts as printed, for total = net + tax is checked with it. A discount
  that is printed in per cent is the amount it comes to. Lines of a bill with gross prices have
  what is printed for ``net`` (``Sample.gross_lines`` says so), and such a bill has no line_total.
"""

from __future__ import annotations

from dataclasses import dataclass

from slmapps.documents.limits import Deadline, Limits
from slmapps.documents.pdf import read_pdf
from slmapps.records import Word
from slmapps_invoices.pages.synthetic.bill import Bill, write_bill
from slmapps_invoices.pages.synthetic.closing import (
    draw_closing,
    draw_intro,
    draw_stamp,
    draw_terms_page,
)
from slmapps_invoices.pages.synthetic.figures import SYMBOLS
from slmapps_invoices.pages.synthetic.form import Form
from slmapps_invoices.pages.synthetic.heads import draw_head
from slmapps_invoices.pages.synthetic.identities import Identity
from slmapps_invoices.pages.synthetic.lexicon import LANGUAGES
from slmapps_invoices.pages.synthetic.matching import match
from slmapps_invoices.pages.synthetic.pages import Pages
from slmapps_invoices.pages.synthetic.pen import Pen
from slmapps_invoices.pages.synthetic.receipt import draw_receipt, slip_height, slip_width
from slmapps_invoices.pages.synthetic.sheet import Sheet
from slmapps_invoices.pages.synthetic.style import LAYOUTS, Style, dice_of
from slmapps_invoices.pages.synthetic.table import Table
from slmapps_invoices.pages.synthetic.totals import draw_totals
from slmapps_invoices.records import Allowance, Invoice, InvoiceLine, Party, TaxSubtotal

__all__ = ["LabelledPage", "Sample", "layouts", "make"]

_A4, _LETTER = (595.28, 841.89), (612.0, 792.0)


@dataclass(frozen=True)
class LabelledPage:
    """A page as it is read: for each word a label and the number of its line, or -1."""

    width: float
    height: float
    words: tuple[Word, ...]
    labels: tuple[str, ...]
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Sample:
    """An invented invoice. ``matched`` is the share of drawn labelled words found again."""

    pdf: bytes
    invoice: Invoice
    pages: tuple[LabelledPage, ...]
    layout: int
    language: str
    gross_lines: bool
    matched: float


def layouts() -> int:
    """Give the number of layouts; they count from 0."""
    return LAYOUTS


def make(seed: int, *, layout: int | None = None, languages: tuple[str, ...] = LANGUAGES) -> Sample:
    """Make the invoice of a number; the same number gives the same invoice.

    ``layout`` and the language are drawn from the seed as well where they are not given.
    """
    dice = dice_of(f"invoice {seed}")
    drawn, language = dice.randrange(LAYOUTS), dice.choice(languages)
    layout = drawn if layout is None else layout
    style = Style(layout, language)
    bill = write_bill(dice, style)
    sheet, details = _draw(style, bill)
    pdf = sheet.pdf()
    content, problems = read_pdf(pdf, Limits(max_seconds=30.0), Deadline(30.0))
    pages = content.pages
    if problems:
        raise RuntimeError(problems[0].message)
    labels, matched = match(sheet.tokens, pages)
    labelled = tuple(
        LabelledPage(page.width, page.height, page.words, *part)
        for page, part in zip(pages, labels, strict=True)
    )
    return Sample(
        pdf=pdf, invoice=_truth(bill, sheet, details), pages=labelled, layout=layout,
        language=language, gross_lines=bill.gross_lines, matched=matched,
    )  # fmt: skip


def _draw(style: Style, bill: Bill) -> tuple[Sheet, dict[int, str]]:
    if style.receipt:
        width = slip_width(style.roll("slip width"))
        pen = Pen(Sheet(width, slip_height(len(bill.lines))), style, bill)
        draw_receipt(pen)
        return pen.sheet, {}
    if style.form:
        pen = Pen(Sheet(*_A4), style, bill)
        return pen.sheet, Form(pen).draw()
    letter = style.chance("letter", 0.75 if style.country == "US" else 0.04)
    pen = Pen(Sheet(*(_LETTER if letter else _A4)), style, bill)
    y = draw_head(pen)
    y = draw_intro(pen, y)
    pages = Pages(pen)
    table = Table(pen, pages)
    y = table.draw(y)
    y = draw_totals(pen, pages, y)
    draw_closing(pen, pages, y)
    draw_terms_page(pen, pages)
    pages.finish()
    draw_stamp(pen)
    return pen.sheet, table.details


class _Printed:
    """What was drawn, so that only that is taken into the record."""

    def __init__(self, sheet: Sheet, bill: Bill) -> None:
        self.keys = {(token.label, token.line) for token in sheet.tokens}
        marks = {bill.currency, SYMBOLS.get(bill.currency, bill.currency)}
        self.currency = any(mark in token.text for token in sheet.tokens for mark in marks)
        self.ibans = {
            iban for iban in (bill.seller.iban, bill.seller.second_iban)
            if any(token.label == "iban" and token.text[-4:] in iban[-4:] for token in sheet.tokens)
        }  # fmt: skip

    def __call__(self, label: str, line: int = -1) -> bool:
        return (label, line) in self.keys


def _truth(bill: Bill, sheet: Sheet, details: dict[int, str]) -> Invoice:
    printed = _Printed(sheet, bill)
    seller, buyer = bill.seller, bill.buyer

    def shown(label: str) -> str:
        values = {
            "number": bill.number, "seller_name": seller.name, "seller_vat_id": seller.vat_id,
            "iban": seller.iban, "bic": seller.bic, "buyer_name": buyer.name,
            "buyer_vat_id": buyer.vat_id, "order_reference": bill.order,
        }  # fmt: skip
        return values[label] if printed(label) else ""

    taxed = printed("tax") or printed("tax_amount")
    changed = printed("allowance")
    return Invoice(
        number=shown("number"),
        issue_date=bill.issued if printed("issue_date") else None,
        due_date=bill.due_date if printed("due_date") else None,
        type="credit_note" if bill.credit else "invoice",
        currency=bill.currency if printed.currency else "",
        seller=Party(name=shown("seller_name"), vat_id=shown("seller_vat_id"), iban=shown("iban"),
                     bic=shown("bic"), **_address(seller, printed)),
        buyer=Party(name=shown("buyer_name"), vat_id=shown("buyer_vat_id")),
        order_reference=shown("order_reference"),
        line_total=bill.line_total if printed("line_total") else None,
        allowance_total=bill.allowance if changed and bill.allowance else None,
        charge_total=bill.charge if changed and bill.charge else None,
        allowances=_allowances(bill) if changed else (),
        net=bill.net if printed("net") else None,
        tax=bill.tax if taxed else None,
        taxes=_taxes(bill, printed),
        total=bill.total if printed("total") else None,
        paid=bill.paid if printed("paid") and bill.paid else None,
        rounding=bill.rounding or None,
        due=bill.due if printed("due") else None,
        lines=_lines(bill, printed, details),
        accounts=tuple(
            iban for iban in (seller.iban, seller.second_iban) if iban in printed.ibans
        ),
    )  # fmt: skip


def _address(seller: Identity, printed: _Printed) -> dict[str, str]:
    if not printed("seller_address"):
        return {}
    return {"street": seller.street, "postcode": seller.postcode, "city": seller.city}


def _allowances(bill: Bill) -> tuple[Allowance, ...]:
    pairs = ((False, bill.allowance), (True, bill.charge))
    return tuple(Allowance(charge=charge, amount=amount) for charge, amount in pairs if amount)


def _taxes(bill: Bill, printed: _Printed) -> tuple[TaxSubtotal, ...]:
    if not printed("tax_rate"):
        return ()
    apart = printed("tax_amount") or len(bill.taxes) == 1
    return tuple(
        TaxSubtotal(
            rate=part.rate,
            base=part.base if printed("tax_base") else None,
            tax=part.tax if apart else None,
        )
        for part in bill.taxes
    )


def _lines(bill: Bill, printed: _Printed, details: dict[int, str]) -> tuple[InvoiceLine, ...]:
    return tuple(
        InvoiceLine(
            description=item.name if printed("description", at) else "",
            details=details.get(at, "") if printed("details", at) else "",
            quantity=item.quantity if printed("quantity", at) else None,
            unit=item.unit if printed("unit", at) else "",
            unit_price=item.price if printed("unit_price", at) else None,
            discount=item.discount if printed("discount", at) else None,
            net=item.net if printed("line_net", at) else None,
            tax_rate=item.rate if printed("line_tax_rate", at) else None,
            seller_item=item.code if printed("item", at) else "",
        )
        for at, item in enumerate(bill.lines)
    )
