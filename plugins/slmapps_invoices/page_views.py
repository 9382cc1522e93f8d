"""The fields of a page as a person goes through them: pure, no widget in sight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from slmapps.records import Status
from slmapps_invoices.field_values import AMOUNTS, DATES, NEEDED
from slmapps_invoices.line_items import is_line
from slmapps_invoices.page_fields import (
    HEADER,
    HEADER_ITEM,
    LINE,
    key_of,
    page_invoice,
    readable,
    title,
    value_of,
)
from slmapps_invoices.records import Invoice

if TYPE_CHECKING:
    from slmapps.workspace import PredictionRow

__all__ = ["FieldView", "Sum", "field_views", "sums"]

_STATES = {
    Status.ACCEPTED: ("key", "Read"),
    Status.REVIEW: ("warn", "Review"),
    Status.REFUSED: ("bad", "Not found"),
}


@dataclass(frozen=True)
class FieldView:
    """One field: what it says, how sure that is, and where it stands.

    ``tone`` colours it: ``good`` (a person said so), ``key`` (within the budget), ``warn``,
    ``bad`` and ``quiet`` (the page seems not to have it). ``box`` is in points; ``prediction`` is
    None for what was never said anything of.
    """

    key: str
    title: str
    group: str
    value: str
    shown: str
    tone: str
    state: str
    waits: bool
    needed: bool
    sure: float | None
    figure: bool
    read: str
    why: str
    page: int | None
    box: tuple[float, float, float, float] | None
    prediction: int | None

    def as_json(self) -> dict[str, Any]:
        """All of it by name."""
        return asdict(self)


def field_views(data: Mapping[str, Any], rows: Iterable[PredictionRow]) -> list[FieldView]:
    """Give the fields of a record that was read off pages, in the order of the page.

    Fields of the head that the page seems not to have come after the others, so that a person can
    say what they are.
    """
    invoice = page_invoice(data)
    if invoice is None:
        return []
    standing = {
        key_of(row.item, row.prediction.field): row
        for row in rows
        if row.superseded_by is None and not is_line(row.item)
    }
    lines = [f"lines[{at}].{field}" for at in range(len(invoice.lines)) for field in LINE]
    keys = [key for key in (*HEADER, *lines) if key in standing]
    views = [_view(key, standing[key], invoice) for key in keys]
    there = [view for view in views if view.tone != "quiet"]
    left_out = [view for view in views if view.tone == "quiet"]
    return [*there, *left_out, *(_absent(key) for key in HEADER if key not in standing)]


def _view(key: str, row: PredictionRow, invoice: Invoice) -> FieldView:
    said = row.prediction
    value = value_of(invoice, key)
    tone, state = _STATES[said.status]
    if row.corrected is not None:
        tone, state = "good", "Confirmed"
    elif said.value == "":
        tone, state = "quiet", "Not on the page"
    place = invoice.places.get(key)
    return FieldView(
        key=key,
        title=_title(key),
        group=_group(row.item),
        value=value,
        shown=readable(key, value),
        tone=tone,
        state=state,
        waits=row.corrected is None and said.status is not Status.ACCEPTED,
        needed=key in NEEDED,
        sure=said.confidence if row.corrected is None and said.value else None,
        figure=_is_figure(key),
        read=_read(key, row),
        why=said.reason if row.corrected is None else "",
        page=None if place is None else place.page,
        box=None if place is None else place.box,
        prediction=row.id,
    )


def _read(key: str, row: PredictionRow) -> str:
    """What was read before a person said otherwise."""
    if row.corrected is None or row.corrected == row.prediction.value:
        return ""
    return readable(key, row.prediction.value) or "nothing"


def _title(key: str) -> str:
    name = title(key)
    if key.startswith("lines["):
        name = name.split(" ", 2)[2]
        return name[:1].upper() + name[1:]
    return name


def _group(item: str) -> str:
    if item == HEADER_ITEM:
        return ""
    return f"Line {int(item.removeprefix('lines[').partition(']')[0]) + 1}"


def _is_figure(key: str) -> bool:
    return key.rpartition("].")[2] in (AMOUNTS | DATES | {"quantity", "unit_price"})


def _absent(key: str) -> FieldView:
    return FieldView(
        key=key,
        title=_title(key),
        group="",
        value="",
        shown="",
        tone="quiet",
        state="Not on the page",
        waits=False,
        needed=False,
        sure=None,
        figure=_is_figure(key),
        read="",
        why="",
        page=None,
        box=None,
        prediction=None,
    )


@dataclass(frozen=True)
class Sum:
    """One sum of the invoice in words, and whether it holds."""

    text: str
    holds: bool


def sums(invoice: Invoice) -> list[Sum]:
    """Give the sums that a person would do in their head, of what the invoice has."""
    found = []
    nets = [line.net for line in invoice.lines if line.net is not None]
    beside = (invoice.charge_total or Decimal(0)) - (invoice.allowance_total or Decimal(0))
    if nets and len(nets) == len(invoice.lines) and invoice.net is not None:
        found.append(_sum("lines", [sum(nets, Decimal(0)), beside], "net", invoice.net))
    if invoice.net is not None and invoice.tax is not None and invoice.total is not None:
        found.append(_sum("net + tax", [invoice.net, invoice.tax], "total", invoice.total))
    if invoice.total is not None and invoice.paid is not None and invoice.due is not None:
        found.append(_sum("total − paid", [invoice.total, -invoice.paid], "due", invoice.due))
    return found


def _sum(left: str, parts: Sequence[Decimal], right: str, stated: Decimal) -> Sum:
    result = sum(parts, Decimal(0))
    holds = round(result, 2) == round(stated, 2)
    sign = "=" if holds else "≠"
    return Sum(f"{left} {result:,.2f} {sign} {right} {stated:,.2f}", holds)
