"""The client's invoices and an invoice's lines as tables for a page: pure, no widget in sight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd

from slmapps.records import Problem, Severity, Status
from slmapps_invoices.coded import CodedInvoice
from slmapps_invoices.line_items import is_line, line_number
from slmapps_invoices.page_problems import UNSURE
from slmapps_invoices.records import Invoice, InvoiceLine

if TYPE_CHECKING:
    from slmapps.workspace import PredictionRow, RecordRow

__all__ = [
    "Entry",
    "doubtful",
    "entries",
    "invoice_facts",
    "invoice_table",
    "line_table",
    "printed",
]


@dataclass(frozen=True)
class Entry:
    """A record of the desk with its invoice (None for a sheet of lines) and current Predictions."""

    record: RecordRow
    invoice: Invoice | None
    predictions: tuple[PredictionRow, ...]

    @property
    def accounts(self) -> dict[int, PredictionRow]:
        """The Predictions of the account by the line's number, from 0."""
        return {
            line_number(row.item): row
            for row in self.predictions
            if row.prediction.field == "account"
        }

    @property
    def waiting(self) -> int:
        """How many of its lines, and of the fields read off its pages, a person has to look at."""
        return len(
            {
                (row.item, "" if is_line(row.item) else row.prediction.field)
                for row in self.predictions
                if row.corrected is None and row.prediction.status is not Status.ACCEPTED
            }
        )

    def line(self, number: int) -> InvoiceLine | None:
        """The invoice's line of that number, from 0."""
        lines = self.invoice.lines if self.invoice else ()
        return lines[number] if number < len(lines) else None

    @property
    def alarms(self) -> list[Problem]:
        """What a person must know before it is booked; fields that wait are counted, not told."""
        return [
            each
            for each in self.record.problems
            if each.severity is not Severity.INFO and each.code != UNSURE
        ]


def entries(records: Sequence[RecordRow], predictions: Sequence[PredictionRow]) -> list[Entry]:
    """Put the records together with what is said of them now, the newest record first."""
    current: dict[int, list[PredictionRow]] = defaultdict(list)
    for row in predictions:
        if row.superseded_by is None:
            current[row.record_id].append(row)
    return [
        Entry(record, _invoice(record.data), tuple(current[record.id]))
        for record in sorted(records, key=lambda each: -each.id)
    ]


def _invoice(data: Mapping[str, Any]) -> Invoice | None:
    found = data.get("invoice")
    return None if found is None else Invoice.model_validate(found)


def _alarm(problem: Problem) -> str:
    """The code as a person reads it; a rule keeps its name."""
    return problem.code if problem.code.isupper() else problem.code.replace("-", " ")


def _date(entry: Entry) -> str:
    if entry.invoice is not None:
        return entry.invoice.issue_date.isoformat() if entry.invoice.issue_date else ""
    dates = [str(line["date"]) for line in entry.record.data.get("lines", []) if line.get("date")]
    return max(dates, default="")[:10]


def _state(entry: Entry) -> str:
    if any(each.severity is Severity.ERROR for each in entry.alarms):
        return "Problem"
    if entry.alarms:
        return "Alarm"
    if entry.waiting:
        return "Review"
    settled = [row for row in entry.accounts.values() if row.corrected is not None]
    return "Confirmed" if settled and len(settled) == len(entry.accounts) else "Coded"


def _number(values: Sequence[Any]) -> pd.Series[Any]:
    # Binary floats for display alone: right-aligned, sortable; what is booked stays Decimal.
    return pd.to_numeric(pd.Series(list(values), dtype="object"), errors="coerce")


def invoice_table(of_client: Sequence[Entry]) -> pd.DataFrame:
    """One row an entry: state, number, date, seller, amounts, lines to review, alarms, file."""
    invoices = [entry.invoice for entry in of_client]
    return pd.DataFrame(
        {
            "State": [_state(entry) for entry in of_client],
            "Date": [_date(entry) for entry in of_client],
            "Number": [
                each.number if each else str(entry.record.data.get("name", entry.record.key))
                for each, entry in zip(invoices, of_client, strict=True)
            ],
            "Seller": [each.seller.name if each else "" for each in invoices],
            "Net": _number(
                [
                    each.net if each else _sum(entry.record.data.get("lines", []))
                    for each, entry in zip(invoices, of_client, strict=True)
                ]
            ),
            "Tax": _number([each.tax if each else None for each in invoices]),
            "Total": _number([each.total if each else None for each in invoices]),
            "Cur.": [each.currency if each else "" for each in invoices],
            "Lines": [len(entry.accounts) for entry in of_client],
            "To review": [entry.waiting for entry in of_client],
            "Alarms": [
                ", ".join(dict.fromkeys(_alarm(problem) for problem in entry.alarms))
                for entry in of_client
            ],
        }
    )


def _sum(lines: Sequence[Mapping[str, Any]]) -> Decimal:
    return sum((Decimal(str(line["amount"])) for line in lines if line.get("amount")), Decimal(0))


def line_table(
    entry: Entry,
    coded: CodedInvoice | None,
    label: Callable[[str | None], str],
    status: Callable[[Status, str | None], str],
) -> pd.DataFrame:
    """One row a line: what was bought, what it is booked to, how sure that is.

    ``coded`` is the entry's invoice as it would be exported; it knows how lines are split.
    """
    if entry.invoice is None:
        coded = None  # a list stands for several invoices
    accounts = entry.accounts
    numbers = sorted(accounts) or range(len(entry.invoice.lines) if entry.invoice else 0)
    others: dict[tuple[int, str], str] = {
        (line_number(row.item), row.prediction.field): row.corrected or row.prediction.value or ""
        for row in entry.predictions
        if row.prediction.field != "account" and is_line(row.item)
    }
    fields = dict.fromkeys(field for _, field in others)
    rows = []
    for number in numbers:
        said = accounts.get(number)
        rows.append(
            {
                "Line": number + 1,
                **_bought(entry, number),
                "Account": _booked(said, coded, number, label),
                "Sure": said.prediction.confidence * 100 if said else None,
                "Status": status(said.prediction.status, said.corrected) if said else "",
                **{
                    field.replace("_", " ").capitalize(): others.get((number, field), "")
                    for field in fields
                },
                **_measured(entry, number),
            }
        )
    table = pd.DataFrame(rows)
    for name in ("Qty", "Price", "Net", "Tax %", "Sure"):
        if name in table:
            table[name] = _number(table[name].tolist())
    return table


def _booked(
    said: PredictionRow | None,
    coded: CodedInvoice | None,
    number: int,
    label: Callable[[str | None], str],
) -> str:
    if said is None:
        return ""
    splits = coded.lines[number].splits if coded and number < len(coded.lines) else ()
    if splits:
        return " + ".join(f"{account}: {amount:,.2f}" for account, amount in splits)
    return label(said.corrected or said.prediction.value) or "—"


def _bought(entry: Entry, number: int) -> dict[str, Any]:
    """What the line says: of an invoice by its parts, of a list by the columns that it has."""
    if entry.invoice is None:
        row: dict[str, Any] = entry.record.data["lines"][number]
        return {
            "Date": row.get("date"),
            "Supplier": row.get("supplier"),
            "Description": row.get("text"),
            "Net": row.get("amount"),
        }
    line = entry.line(number)
    return {
        "Description": line.description if line else "",
        "Net": line.net if line else None,
    }


def _measured(entry: Entry, number: int) -> dict[str, Any]:
    """What the line says besides: looked at less often, so it stands at the end."""
    line = entry.line(number)
    if line is None:
        return {}
    return {"Qty": line.quantity, "Price": line.unit_price, "Tax %": line.tax_rate}


def doubtful(entry: Entry) -> int | None:
    """The number of the line that is least sure among those no person has settled."""
    accounts = entry.accounts
    if not accounts:
        return None
    return min(
        accounts,
        key=lambda number: (
            accounts[number].corrected is not None,
            accounts[number].prediction.confidence,
        ),
    )


def invoice_facts(entry: Entry) -> list[tuple[str, object]]:
    """What stands at the head of an invoice, in the order in which a person looks for it."""
    invoice = entry.invoice
    if invoice is None:
        name = entry.record.data.get("name", entry.record.key)
        return [("List of lines", name), ("Lines", len(entry.accounts))]
    return [
        ("Seller", invoice.seller.name),
        (invoice.type.replace("_", " ").capitalize(), invoice.number),
        ("Issued", invoice.issue_date),
        ("Due", invoice.due_date),
        ("Net", _amount(invoice.net)),
        ("Tax", _amount(invoice.tax)),
        ("Total", f"{_amount(invoice.total)} {invoice.currency}".strip()),
        ("IBAN", invoice.seller.iban),
        ("VAT id", invoice.seller.vat_id),
        ("Read as", invoice.syntax),
    ]


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def printed(entry: Entry) -> list[str]:
    """How the head's values may be spelt on a page: 1234.50, 1,234.50, 1.234,50, 1234,50."""
    invoice = entry.invoice
    if invoice is None:
        return []
    spelt = [invoice.number]
    for amount in (invoice.net, invoice.tax, invoice.total):
        if amount is not None and amount:
            english = f"{amount:,.2f}"
            plain = f"{amount:.2f}"
            turned = english.translate(str.maketrans(",.", ".,"))
            spelt += [plain, english, turned, plain.replace(".", ",")]
    return list(dict.fromkeys(spelt))
