"""Coded invoices out: to accounting programs, plain-text ledgers, UBL, JSON and XLSX.

Design choices:

* ``export`` books every invoice first (``booking.py``); a format only writes balanced entries.
* Every file is read back before it leaves: amounts per invoice, columns, no formula in any cell.
* A format's module is imported when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module

from slmapps.records import Problem
from slmapps_invoices.coded import CodedInvoice
from slmapps_invoices.export.booking import book_all
from slmapps_invoices.export.entries import Batch, Written
from slmapps_invoices.export.settings import (
    ChartAccount,
    Datev,
    ExportSettings,
    LedgerAccount,
    TaxCode,
)

__all__ = [
    "FORMATS", "ChartAccount", "Datev", "ExportSettings", "Exporter", "LedgerAccount", "TaxCode",
    "export",
]  # fmt: skip


@dataclass(frozen=True)
class Exporter:
    """A format: its name in commands, its title on a page, and where its writer is."""

    name: str
    title: str
    extension: str
    media_type: str
    about: str
    writer: str

    def write(self, batch: Batch) -> Written:
        """Write the batch; what it cannot take comes back as problems."""
        module, _, function = self.writer.partition(":")
        write: Callable[[Batch], Written] = getattr(
            import_module(f"slmapps_invoices.export.{module}"), function
        )
        return write(batch)


FORMATS = {
    exporter.name: exporter
    for exporter in (
        Exporter("xero", "Xero bills", "csv", "text/csv",
                 "Business > Bills to pay > Import", "xero:write_xero"),
        Exporter("quickbooks", "QuickBooks Online bills", "csv", "text/csv",
                 "Settings > Import data > Bills", "quickbooks:write_quickbooks"),
        Exporter("datev", "DATEV Buchungsstapel (EXTF)", "csv", "text/csv",
                 "Bestand > Importieren > Stapelverarbeitung", "datev:write_datev"),
        Exporter("beancount", "beancount ledger", "beancount", "text/plain",
                 "include it in your ledger; checked by bean-check", "beancount:write_beancount"),
        Exporter("hledger", "hledger journal", "journal", "text/plain",
                 "include it in your journal; checked by hledger check", "hledger:write_hledger"),
        Exporter("ubl", "UBL 2.1 with accounts (BT-133)", "xml", "application/xml",
                 "one XML file an invoice; several come as a ZIP", "ubl:write_ubl"),
        Exporter("json", "JSON", "json", "application/json",
                 "every entry with its postings", "document:write_json"),
        Exporter("xlsx", "Excel workbook", "xlsx",
                 "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                 "lines, invoices and accounts, with totals", "workbook:write_xlsx"),
    )
}  # fmt: skip


def export(
    coded: Sequence[CodedInvoice],
    format: str,  # noqa: A002 (the word that the user knows)
    *,
    settings: ExportSettings | None = None,
    now: datetime | None = None,
) -> tuple[bytes, str, list[Problem]]:
    """Write ``coded`` in one of ``FORMATS``; gives the file, its name and the problems.

    An invoice that is not balanced to the cent, not wholly coded, waiting for review (unless the
    settings let it out) or coded to a retired or unknown account is held back with a Problem; the
    others go out. The file is empty (``b""``) when nothing could be written. ``now`` stands in
    files that carry the time they were made. A ``ValueError`` names the formats there are.
    """
    exporter = FORMATS.get(format)
    if exporter is None:
        raise ValueError(f"no export format {format!r}; choose one of {', '.join(FORMATS)}")
    settings = settings or ExportSettings()
    booked, problems = book_all(coded, settings)
    if not booked:
        problems.append(
            Problem(
                code="export-empty",
                message="there is no invoice to export",
                cure="mend the problems above, or choose other invoices"
                if problems
                else "read and code some invoices first",
            )
        )
        return b"", f"invoices.{exporter.extension}", problems
    batch = Batch(
        invoices=tuple(invoice for invoice, _ in booked),
        entries=tuple(entry for _, entry in booked),
        settings=settings,
        now=now or datetime.now(UTC),
    )
    written = exporter.write(batch)
    return written.data, written.name, [*problems, *written.problems]
