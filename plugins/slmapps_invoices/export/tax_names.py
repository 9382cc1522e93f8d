"""What a posting's tax is called in the program that imports it."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from slmapps.records import Problem, Severity
from slmapps_invoices.export.entries import Posting
from slmapps_invoices.export.settings import ExportSettings, TaxCode

__all__ = ["TaxNames", "tax_code_of"]

Program = Literal["xero", "quickbooks"]


def tax_code_of(posting: Posting, settings: ExportSettings) -> TaxCode | None:
    """The client's tax code of a posting: its own, else the only one with the posting's rate."""
    known = settings.tax_code(posting.tax_code)
    if known is not None or posting.tax_rate is None:
        return known
    same = [code for code in settings.tax_codes if code.rate == posting.tax_rate]
    return same[0] if len(same) == 1 else None


class TaxNames:
    """Names the tax of postings for one program and remembers what had no name."""

    def __init__(self, settings: ExportSettings, program: Program) -> None:
        self._settings = settings
        self._program = program
        self._unknown: dict[str, None] = {}

    def name(self, posting: Posting) -> str:
        """The program's name for the posting's tax; the rate itself where none is set."""
        code = tax_code_of(posting, self._settings)
        name = "" if code is None else (code.xero if self._program == "xero" else code.quickbooks)
        if name:
            return name
        if code is not None:
            fallback = code.name or code.code
        elif posting.tax_rate is not None:
            fallback = f"{_short(posting.tax_rate)}%"
        else:
            fallback = posting.tax_code or "No VAT"
        self._unknown[posting.tax_code or fallback] = None
        return fallback

    def problems(self) -> list[Problem]:
        """One warning for each tax that has no name in the program yet."""
        title = {"xero": "Xero", "quickbooks": "QuickBooks"}[self._program]
        return [
            Problem(
                code="export-tax-name",
                message=f"{title} is not told what it calls the tax {code!r}",
                cure=f"give the tax code its {title} name in the client's export settings",
                severity=Severity.WARNING,
            )
            for code in self._unknown
        ]


def _short(rate: Decimal) -> str:
    return format(rate.normalize(), "f")
