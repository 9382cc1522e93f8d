"""What a document calls itself: an invoice, a credit note, or something that is neither.

Design choices:

* A title is a short run of words in the upper half of the first page that begins with the name of
  a kind of document; of several the tallest counts, then the topmost. The names are few and fixed
  by trade, so a list serves: on made documents of layouts held out it is measured beside the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from slmapps.records import Page
from slmapps_invoices.pages.gather import printed_rows

__all__ = ["OTHERS", "kind_of_document"]

_CREDIT = (
    "credit note", "credit memo", "credit invoice", "gutschrift", "gutschriftsanzeige",
    "rechnungskorrektur", "korrekturrechnung", "stornorechnung", "avoir", "facture d'avoir",
    "note de crédit", "note de credit", "nota di credito", "nota de crédito", "creditnota",
)  # fmt: skip
_INVOICE = (
    "invoice", "tax invoice", "vat invoice", "commercial invoice", "sales invoice", "bill",
    "receipt", "sales receipt", "rechnung", "rechnungsnummer", "rechnungs-nr", "abrechnung",
    "schlussrechnung", "teilrechnung", "abschlagsrechnung", "quittung", "kassenbon", "beleg",
    "facture", "reçu", "ticket", "note d'honoraires", "fattura", "factura", "factuur", "faktura",
)  # fmt: skip
OTHERS = {
    "an order": (
        "purchase order", "order confirmation", "sales order", "bestellung", "auftragsbestätigung",
        "bon de commande", "confirmation de commande", "accusé de réception",
    ),
    "a quotation": (
        "quotation", "quote", "estimate", "offer", "angebot", "kostenvoranschlag", "devis",
    ),
    "a delivery note": ("delivery note", "packing slip", "lieferschein", "bon de livraison"),
    "a reminder": ("payment reminder", "reminder", "mahnung", "zahlungserinnerung", "relance"),
    "a statement of account": ("statement of account", "kontoauszug", "relevé de compte"),
    "a pro forma invoice": (
        "proforma invoice", "pro forma invoice", "pro-forma invoice", "proforma-rechnung",
        "facture proforma", "facture pro forma",
    ),
}  # fmt: skip
"""What is no invoice, by what it is, with the names that it goes by."""

_NAMES = {
    **dict.fromkeys(_INVOICE, "invoice"),
    **dict.fromkeys(_CREDIT, "credit_note"),
    **{name: kind for kind, names in OTHERS.items() for name in names},
}
_BEGIN = re.compile(
    "|".join(re.escape(name) for name in sorted(_NAMES, key=len, reverse=True)), re.IGNORECASE
)
_MOST = 6  # words of a title
_LARGE = 1.3  # of the page's usual height
_APART = 2.0  # of the height: a gap that parts two runs of a row


def kind_of_document(pages: Sequence[Page]) -> str:
    """Give ``invoice``, ``credit_note``, a key of ``OTHERS``, or "" where nothing is said."""
    page = next((page for page in pages if page.words), None)
    if page is None:
        return ""
    usual = median(max(0.1, word.box[3] - word.box[1]) for word in page.words)
    found: list[tuple[float, float, str]] = []
    for run in _runs(page):
        text = " ".join(page.words[at].text for at in run)
        name = _BEGIN.match(text.strip(" *#-–—:|").replace("’", "'"))
        if name is None or len(run) > _MOST or _goes_on(text, name[0]):
            continue
        top = page.words[run[0]].box[1]
        if top > page.height / 2:
            continue
        height = max(page.words[at].box[3] - page.words[at].box[1] for at in run)
        kind = _NAMES[name[0].casefold()]
        # "Order: 4711" is a field; what calls itself an order does so in large type.
        if kind in OTHERS and (height < _LARGE * usual or ":" in text):
            continue
        found.append((round(height / usual, 1), -top, kind))
    return max(found)[2] if found else ""


def _goes_on(text: str, name: str) -> bool:
    """Whether the word goes on after the name: "Billing address" is no bill."""
    rest = text.strip(" *#-–—:|")[len(name) :]
    return rest[:1].isalpha()


def _runs(page: Page) -> list[list[int]]:
    runs: list[list[int]] = []
    for row in printed_rows(page):
        run: list[int] = []
        for at in row:
            if run:
                one, two = page.words[run[-1]].box, page.words[at].box
                if two[0] - one[2] > _APART * max(one[3] - one[1], two[3] - two[1]):
                    runs.append(run)
                    run = []
            run.append(at)
        runs.append(run)
    return runs
