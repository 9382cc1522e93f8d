"""What a bookkeeper must see before paying: the same invoice again, and a changed bank account.

Design choices:

* An invoice is looked at as it is kept (``Invoice.model_dump(mode="json")``), for a client may have
  ten thousand of them.
* A seller is the same where the VAT number is, or the name but for spelling. A payee whose
  name was blacked out is nobody, so no alarm is raised from it.
* An account number that raised the alarm is trusted only once a person has settled a line
  of that invoice; until then the next invoice with it raises the alarm again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from slmapps.records import Problem, Severity, Span
from slmapps_invoices.coding.sellers import seller_key
from slmapps_invoices.line_items import is_line

if TYPE_CHECKING:
    from slmapps.workspace import RecordRow, Workspace

__all__ = ["BANK", "DUPLICATE", "PastInvoices", "seller_identities"]

DUPLICATE = "duplicate-invoice"
BANK = "bank-details-changed"


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def seller_identities(invoice: Mapping[str, Any]) -> list[str]:
    """Give all that the seller may be known by: VAT number, and name but for spelling."""
    known = []
    if vat := _plain(invoice["seller"]["vat_id"]):
        known.append(f"vat:{vat}")
    if name := seller_key(invoice["seller"]["name"]):
        known.append(f"name:{name}")
    return known


def _accounts(invoice: Mapping[str, Any]) -> set[str]:
    stated = {invoice["seller"]["iban"], *invoice["accounts"]}
    return {account for account in map(_plain, stated) if account}


def _head(invoice: Mapping[str, Any]) -> tuple[str, Decimal | None]:
    total = invoice["total"]
    return _plain(invoice["number"]), None if total is None else Decimal(total)


def _ending(accounts: set[str]) -> str:
    return ", ".join(sorted(f"…{account[-4:].upper()}" for account in accounts))


@dataclass
class PastInvoices:
    """A client's invoices so far, by what alarms look for; grows as records are saved.

    ``without`` names a record that is looked at anew itself and so does not count.
    """

    app: str
    client: str
    without: int | None = None
    _last: int = 0
    _seen: dict[tuple[str, str, Decimal | None], int] = field(default_factory=dict)
    _trusted: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _doubtful: dict[str, set[tuple[int, str]]] = field(default_factory=lambda: defaultdict(set))

    def catch_up(self, workspace: Workspace) -> None:
        """Take in what any process has saved since."""
        for row in workspace.records(self.app, self.client, "invoice", after=self._last):
            if row.id != self.without:
                self._add(row)

    def _add(self, row: RecordRow) -> None:
        invoice = row.data["invoice"]
        self._last = max(self._last, row.id)
        alarmed = any(problem.code == BANK for problem in row.problems)
        for seller in seller_identities(invoice):
            self._seen.setdefault((seller, *_head(invoice)), row.id)
            for account in _accounts(invoice):
                if alarmed and account not in self._trusted[seller]:
                    self._doubtful[seller].add((row.id, account))
                else:
                    self._trusted[seller].add(account)

    def alarms(self, invoice: Mapping[str, Any], workspace: Workspace) -> list[Problem]:
        """Say what is suspicious about an invoice that isn't saved yet."""
        sellers = seller_identities(invoice)
        found = [self._duplicate(invoice, sellers), self._bank(invoice, sellers, workspace)]
        return [problem for problem in found if problem is not None]

    def _duplicate(self, invoice: Mapping[str, Any], sellers: list[str]) -> Problem | None:
        if not _plain(invoice["number"]):
            return None
        for seller in sellers:
            earlier = self._seen.get((seller, *_head(invoice)))
            if earlier is not None:
                return Problem(
                    code=DUPLICATE,
                    message=f"Invoice {invoice['number']} of this seller over the same total is in"
                    f" the workspace already (record {earlier}).",
                    cure="Compare both; pay and book only one.",
                    severity=Severity.WARNING,
                )
        return None

    def _bank(
        self, invoice: Mapping[str, Any], sellers: list[str], workspace: Workspace
    ) -> Problem | None:
        trusted: set[str] = set()
        for seller in sellers:
            for record_id, account in sorted(self._doubtful[seller]):
                if _settled(workspace, record_id):
                    self._doubtful[seller].discard((record_id, account))
                    self._trusted[seller].add(account)
            trusted |= self._trusted[seller]
        new = _accounts(invoice) - trusted
        if not trusted or not new:
            return None
        place = invoice["places"].get("seller.iban")
        return Problem(
            code=BANK,
            message=f"The seller wants to be paid to another account: {_ending(new)}"
            f" instead of {_ending(trusted)}.",
            cure="Ask the seller under a telephone number that you know from before.",
            severity=Severity.WARNING,
            where=None if place is None else Span.model_validate(place),
        )


def _settled(workspace: Workspace, record_id: int) -> bool:
    rows = workspace.predictions(record_id=record_id, open_only=False)
    return any(row.corrected is not None and is_line(row.item) for row in rows)
