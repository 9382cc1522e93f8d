"""What the columns of a list of lines are called, in four languages and many programs.

A header is compared without case, accents and signs. A name that is met whole beats one that is met
inside a longer header, and an earlier name of a field beats a later one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["FIELDS", "find_columns", "plain"]

FIELDS: dict[str, tuple[str, ...]] = {
    "date": (
        "date", "invoice date", "posting date", "transaction date", "payment date", "document date",
        "date of invoice", "date paid", "paid date", "trans date", "booking date", "entry date",
        "clearing date", "value date", "datum", "rechnungsdatum", "belegdatum", "buchungsdatum",
        "buchungstag", "valuta", "zahlungsdatum", "date facture", "date de facture",
        "date d ecriture", "ecriture date", "date comptable", "date operation", "data",
        "data fattura", "data documento", "data registrazione", "data operazione", "day",
    ),
    "supplier": (
        "supplier", "supplier name", "vendor", "vendor name", "beneficiary", "payee", "merchant",
        "merchant name", "creditor", "contact name", "contact", "company", "from", "seller",
        "lieferant", "lieferantenname", "kreditor", "verkaufer", "handler", "firma",
        "name lieferant", "auftraggeber", "empfanger", "zahlungsempfanger", "geschaftspartner",
        "fournisseur", "nom fournisseur", "nom du fournisseur", "tiers", "vendeur", "beneficiaire",
        "comp aux lib", "fornitore", "ragione sociale", "denominazione", "cedente",
        "nome fornitore", "trading partner", "body name", "name",
    ),
    "text": (
        "text", "description", "line description", "item description", "narrative", "details",
        "particulars", "purpose", "purpose of expenditure", "memo", "item", "item name",
        "transaction description", "expense description", "service description", "goods",
        "buchungstext", "beschreibung", "bezeichnung", "artikel", "artikelbezeichnung", "leistung",
        "positionstext", "verwendungszweck", "text position", "libelle", "ecriture lib",
        "designation", "objet", "intitule", "descrizione", "causale", "oggetto", "voce", "comment",
        "notes", "merchant category",
    ),
    "amount": (
        "amount", "net amount", "net", "amount net", "line amount", "line total", "line net",
        "net value", "amount excl vat", "amount ex vat", "excl vat", "ex vat", "net gbp",
        "amount gbp", "amount eur", "amount usd", "value", "sum", "total", "price", "cost",
        "betrag", "nettobetrag", "netto", "betrag netto", "umsatz", "umsatz ohne soll haben kz",
        "summe", "gesamt", "positionsbetrag", "wert", "montant", "montant ht", "ht", "total ht",
        "montant net", "importo", "imponibile", "importo netto", "netto imponibile", "totale",
        "gross", "gross amount", "amount incl vat", "brutto", "bruttobetrag", "montant ttc", "ttc",
        "importo totale", "lordo", "transaction amount", "billed amount",
    ),
    "debit": (
        "debit", "debit amount", "dr", "paid out", "money out", "soll", "sollbetrag", "betrag soll",
        "montant debit", "dare", "uscite",
    ),
    "credit": (
        "credit", "credit amount", "cr", "paid in", "money in", "haben", "habenbetrag",
        "betrag haben", "montant credit", "avere", "entrate",
    ),
    "sign": (
        "soll haben kennzeichen", "s h", "sh", "d c", "dc", "dr cr", "debit credit",
        "debit credit indicator", "soll haben", "sens", "dare avere",
    ),
    "currency": ("currency", "currency code", "ccy", "wahrung", "wkz umsatz", "devise", "valuta",
                 "divisa"),
    "department": (
        "department", "dept", "department name", "directorate", "service area", "service",
        "division", "section", "team", "unit", "abteilung", "bereich", "departement", "reparto",
        "ufficio", "entity", "organisational unit",
    ),
    "invoice_id": (
        "invoice id", "invoice number", "invoice no", "invoice", "document number", "document no",
        "doc no", "transaction number", "transaction no", "trans no", "transaction id", "voucher",
        "reference", "reference number", "ref", "rechnungsnummer", "rechnungsnr", "rechnung nr",
        "rechnung", "belegnummer", "belegnr", "beleg nr", "belegfeld 1", "beleg",
        "numero de facture", "n facture", "no facture", "numero facture", "facture", "piece ref",
        "piece", "numero fattura", "n fattura", "fattura", "numero documento", "numero",
    ),
    "line_id": (
        "line id", "line", "line no", "line number", "id", "row", "position", "pos", "zeile",
        "positionsnummer", "ligne", "riga", "numero linea", "ecriture num",
    ),
    "tax_rate": (
        "tax rate", "vat rate", "vat percent", "vat", "tax percent", "tax", "mwst", "mwst satz",
        "ust", "ust satz", "steuersatz", "umsatzsteuersatz", "taux tva", "tva", "taux de tva",
        "aliquota", "aliquota iva", "iva",
    ),
}  # fmt: skip
"""For each field the names it goes by, plain (see ``plain``), the likeliest first."""

_NO_MATCH_INSIDE = {"name", "id", "from", "line", "row", "unit", "ht", "cr", "dr", "net", "item",
                    "contact", "company", "service", "section", "data", "pos", "ref", "vat", "tax",
                    "day", "value", "total", "sum", "beleg", "piece", "numero", "iva", "tva", "ust",
                    "invoice", "rechnung", "facture", "fattura", "goods", "cost", "price", "valuta",
                    "notes", "wert", "voce", "team", "tiers", "entity"}  # fmt: skip
"""Names that mean something else inside a longer header ("Contact person", "Line manager")."""


def plain(header: str) -> str:
    """Write a header without case, accents and signs.

    >>> plain("  Währung/Code (ISO)"), plain("N° facture"), plain("VAT %")
    ('wahrung code iso', 'n facture', 'vat percent')
    """
    text = unicodedata.normalize(
        "NFKD", header.casefold().replace("%", " percent ").replace("ß", "ss")
    )
    bare = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def find_columns(columns: Sequence[str]) -> dict[str, list[int]]:
    """Give for each field the columns that may hold it, the likeliest first; a column may recur."""
    found: dict[str, list[int]] = {}
    for field, names in FIELDS.items():
        scores: list[tuple[int, int, int]] = []
        for at, column in enumerate(columns):
            # "MwSt" is one word, "EcritureDate" two.
            headers = (plain(column), plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)))
            ranks = [rank for header in headers if (rank := _rank(header, names)) is not None]
            if ranks:
                scores.append((*min(ranks), at))
        found[field] = [at for *_, at in sorted(scores)]
    return found


def _rank(header: str, names: Sequence[str]) -> tuple[int, int] | None:
    """Give how well a header fits: whole (0) or inside (1), then the place among the names."""
    if header in names:
        return 0, names.index(header)
    words = f" {header} "
    for place, name in enumerate(names):
        if name not in _NO_MATCH_INSIDE and f" {name} " in words:
            return 1, place
    return None
