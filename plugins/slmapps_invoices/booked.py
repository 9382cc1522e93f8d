"""A client's invoices with the coding that holds now: a person's word, else the program's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from slmapps.records import Status
from slmapps_invoices import splits
from slmapps_invoices.clients import APP, chart_of
from slmapps_invoices.coded import CodedInvoice, CodedLine
from slmapps_invoices.coding.sellers import seller_key
from slmapps_invoices.export.listed import invoice_line, listed_invoices
from slmapps_invoices.line_items import item_name, lines_of
from slmapps_invoices.memory import SPLITS
from slmapps_invoices.records import Invoice, InvoiceLine

if TYPE_CHECKING:
    from slmapps.workspace import CorrectionRow, PredictionRow, RecordRow, Workspace

__all__ = ["coded_invoices"]


def coded_invoices(
    workspace: Workspace, client: str, record_ids: Sequence[int] | None = None
) -> list[CodedInvoice]:
    """Give the client's invoices, or those of ``record_ids``, as the exporters take them.

    A list of lines gives the invoices that its lines stand for.
    """
    if record_ids is None:
        records = workspace.records(APP, client)
        rows = workspace.predictions(APP, client, open_only=False)
    else:
        records = [workspace.record(record_id) for record_id in record_ids]
        rows = [
            row
            for record in records
            for row in workspace.predictions(record_id=record.id, open_only=False)
        ]
    said: dict[tuple[int, str], dict[str, PredictionRow]] = {}
    for row in rows:
        if row.superseded_by is None:
            said.setdefault((row.record_id, row.item), {})[row.prediction.field] = row
    corrections = {row.correction.prediction_id: row for row in workspace.corrections(APP, client)}
    chart = chart_of(workspace, client)
    names = dict(zip(chart["account"], chart["name"], strict=True))
    coded: list[CodedInvoice] = []
    for record in records:
        if record.kind == "invoice":
            coded.append(_invoice(workspace, record, said, corrections, names))
        else:
            coded += _listed(record, said, corrections, names)
    return coded


def _invoice(
    workspace: Workspace,
    record: RecordRow,
    said: Mapping[tuple[int, str], Mapping[str, PredictionRow]],
    corrections: Mapping[int, CorrectionRow],
    names: Mapping[str, str],
) -> CodedInvoice:
    invoice = Invoice.model_validate(record.data["invoice"])
    departments = [line["department"] for line in lines_of(record.data)]
    return CodedInvoice(
        invoice=invoice,
        lines=tuple(
            _line(
                line, said.get((record.id, item_name(number)), {}), corrections, names
            ).model_copy(update={"department": departments[number]})
            for number, line in enumerate(invoice.lines)
        ),
        seller_key=seller_key(invoice.seller.name) or "",
        record_id=record.id,
        file=record.data["file"],
        original=_original(workspace, record, invoice),
    )


def _listed(
    record: RecordRow,
    said: Mapping[tuple[int, str], Mapping[str, PredictionRow]],
    corrections: Mapping[int, CorrectionRow],
    names: Mapping[str, str],
) -> list[CodedInvoice]:
    rows = []
    for number, data in enumerate(lines_of(record.data)):
        fields = said.get((record.id, item_name(number)), {})
        line = _line(invoice_line(data), fields, corrections, names)
        rows.append((data, line.model_copy(update={"department": data["department"]})))
    suppliers = {str(data["supplier"] or "") for data, _ in rows}
    return listed_invoices(
        rows,
        file=record.data["file"],
        record_id=record.id,
        seller_keys={supplier: seller_key(supplier) or "" for supplier in suppliers},
    )


def _original(workspace: Workspace, record: RecordRow, invoice: Invoice) -> bytes | None:
    """Give the XML that the invoice was read from, out of the PDF that carried it if need be."""
    document = None if record.document is None else workspace.document(record.document)
    if document is None:
        return None
    named = (span.attachment for span in invoice.places.values() if span.attachment)
    return document.attachments.get(next(named, ""), document.xml)


def _line(
    line: InvoiceLine,
    said: Mapping[str, PredictionRow],
    corrections: Mapping[int, CorrectionRow],
    names: Mapping[str, str],
) -> CodedLine:
    account = said.get("account")
    value = None if account is None else _holding(account)
    correction = None if account is None else corrections.get(account.id)
    shares = [] if correction is None else correction.correction.note.get(SPLITS, [])
    return CodedLine(
        line=line,
        account=value,
        account_name="" if value is None else names.get(value, ""),
        tax_code=_holding(said["tax_code"]) if "tax_code" in said else None,
        cost_centre=_holding(said["cost_centre"]) if "cost_centre" in said else None,
        splits=splits.amounts(line.net, [(account_, Decimal(share)) for account_, share in shares])
        if shares and line.net is not None
        else (),
        status=_status(account),
    )


def _holding(row: PredictionRow) -> str | None:
    return row.prediction.value if row.corrected is None else row.corrected


def _status(account: PredictionRow | None) -> Status:
    if account is None:
        return Status.REFUSED
    return Status.ACCEPTED if account.corrected is not None else account.prediction.status
