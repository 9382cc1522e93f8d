"""The sample client's settings: who it is, its tax codes, and what the exports must know."""

from __future__ import annotations

import json

from making.bills import LARKSPUR

__all__ = ["client_json"]

# code, name, rate, how Xero and QuickBooks call it, DATEV's BU-Schlüssel. DATEV knows no Irish
# rates: the tax then stands in a line of its own.
TAX_CODES = (
    ("S23", "Standard rate", "23", "23% (VAT on Purchases)", "23% S"),
    ("R13", "Reduced rate", "13.5", "13.5% (VAT on Purchases)", "13.5% R"),
    ("R9", "Second reduced rate", "9", "9% (VAT on Purchases)", "9% R"),
    ("Z", "Zero rated", "0", "Zero Rated Purchases", "0.0% Z"),
    ("EX", "Exempt", "0", "Exempt Purchases", "Exempt"),
    ("RC23", "Reverse charge, standard rate", "0", "EU Acquisitions (23%)", "RC 23%"),
)


def client_json() -> str:
    """``client.json``; ``export`` is read as ``slmapps_invoices.export.ExportSettings``."""
    content = {
        "client": "larkspur",
        "title": "Larkspur Bakehouse & Café",
        "about": "A bakery with a café and a small joinery workshop. A fiction.",
        "country": LARKSPUR.country,
        "currency": "EUR",
        "vat_id": LARKSPUR.vat_id,
        "error_budget": 0.05,
        "cost_centres": {
            "B10": "Bakery", "C20": "Café", "W30": "Workshop", "A90": "Administration",
        },
        "export": {
            "client": LARKSPUR.name,
            "currency": "EUR",
            "payables": {"account": "2100", "name": "Trade creditors"},
            "tax": {"account": "2200", "name": "VAT on purchases"},
            "discounts": {"account": "5900", "name": "Discounts received"},
            "charges": {"account": "5910", "name": "Charges by suppliers"},
            "rounding": {"account": "6900", "name": "Rounding differences"},
            "date_order": "day-month-year",
            "cost_centre_name": "Cost centre",
            "rates": {"GBP": "1.1500"},
            "tax_codes": [
                {"code": code, "name": name, "rate": rate, "xero": xero, "quickbooks": quickbooks}
                for code, name, rate, xero, quickbooks in TAX_CODES
            ],
            "datev": {
                "consultant": 1001,
                "client": 417,
                "account_length": 4,
                "year_start": "01-01",
                "creditor": "70000",
            },
        },
    }  # fmt: skip
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
