"""What kind of document a type code means (UNTDID 1001 and the Italian TDxx)."""

from __future__ import annotations

__all__ = ["TYPES", "document_type"]

TYPES: dict[str, tuple[str, ...]] = {
    "credit_note": (
        "381",
        "83",
        "81",
        "261",
        "262",
        "296",
        "308",
        "396",
        "420",
        "458",
        "532",
        "TD04",
        "TD08",
    ),
    "debit_note": ("383", "80", "82", "84", "TD05", "TD09"),
    "corrected_invoice": ("384",),
    "prepayment": ("386", "500", "503", "TD02", "TD03"),
    "self_billed": ("389", "527", "501"),
    "partial_invoice": ("326", "875", "876"),
    "final_invoice": ("218", "877"),
    "accounting_information": ("751",),
    "proforma": ("325",),
}
_BY_CODE = {code: kind for kind, codes in TYPES.items() for code in codes}


def document_type(code: str) -> str:
    """Give a key of ``TYPES``, or ``"invoice"`` for every other code.

    >>> document_type("381"), document_type("380"), document_type("TD04")
    ('credit_note', 'invoice', 'credit_note')
    """
    return _BY_CODE.get(code.strip(), "invoice")
