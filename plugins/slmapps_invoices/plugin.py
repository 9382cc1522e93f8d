"""The hooks of the invoices desk. Nothing heavy is imported before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmapps.desk import Desk, PageSpec, Register, lazily
from slmapps.hookspecs import hookimpl

if TYPE_CHECKING:
    import click

DESK = Desk(
    name="invoices",
    title="Invoices",
    who="Bookkeeper",
    takes="Invoices as PDF, scan, photo or e-invoice (UBL, CII, FatturaPA); lists of lines",
    gives="Every line coded to the client's own chart; Xero, QuickBooks, DATEV, beancount, hledger",
    icon=":material/receipt_long:",
    fields=("account", "tax_code", "cost_centre"),
    samples=lazily("slmapps_invoices.desk:samples"),
    choices=lazily("slmapps_invoices.desk:choices"),
    free_text=lazily("slmapps_invoices.desk:free_text"),
    describe=lazily("slmapps_invoices.desk:describe"),
    describe_many=lazily("slmapps_invoices.desk:describe_many"),
    correct=lazily("slmapps_invoices.desk:correct"),
    preview=lazily("slmapps_invoices.desk:preview"),
    undo=lazily("slmapps_invoices.desk:undo"),
    set_budget=lazily("slmapps_invoices.desk:set_budget"),
    observed=lazily("slmapps_invoices.desk:observed"),
)


@hookimpl
def register_commands(cli: click.Group) -> None:
    """Add ``slmapps invoices``."""
    from slmapps_invoices.cli import invoices

    cli.add_command(invoices)


@hookimpl
def register_desks(register: Register) -> None:
    """Announce the desk."""
    register(DESK)


@hookimpl
def register_pages(register: Register) -> None:
    """Add the page where invoices are uploaded, coded and exported."""
    register(
        PageSpec(
            title="Invoices",
            icon=":material/receipt_long:",
            desk="invoices",
            order=10,
            render="slmapps_invoices.page:render",
        )
    )
