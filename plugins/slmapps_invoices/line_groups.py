"""Lines under lines, as the EXTENDED profile of Factur-X states them by a parent's number.

A line that others belong to is counted once: either it is the group and holds them, or they only
explain it. Where neither is so, the lines stay side by side as the file has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from slmapps.records import Span
from slmapps_invoices.records import InvoiceLine

__all__ = ["MOST_LEVELS", "LineEntry", "arrange"]

MOST_LEVELS = 20
"""Lines under lines are read this deep; real bills of quantities have five levels."""


@dataclass(frozen=True)
class LineEntry:
    """A line, the number of the line it belongs to, and DETAIL, GROUP, INFORMATION or nothing."""

    line: InvoiceLine
    parent: str = ""
    status: str = ""


def arrange(entries: Sequence[LineEntry], places: dict[str, Span]) -> tuple[InvoiceLine, ...]:
    """Put lines under the line they belong to; ``places`` is renamed to match."""
    first = {entry.line.id: at for at, entry in reversed(list(enumerate(entries))) if entry.line.id}
    below: dict[int, list[int]] = {}
    level = [0] * len(entries)
    for at, entry in enumerate(entries):
        above = first.get(entry.parent, -1)
        if entry.parent and 0 <= above < at and level[above] < MOST_LEVELS:
            level[at] = level[above] + 1
            below.setdefault(above, []).append(at)
    held = {
        above: children
        for above, children in below.items()
        if _holds(entries[above], [entries[child] for child in children])
    }
    if not held:
        # A group without an amount adds nothing to the sum and is no line to book.
        kept = [at for at, entry in enumerate(entries) if not _bare_group(entry)]
    else:
        inside = {child for children in held.values() for child in children}
        kept = [
            at for at, entry in enumerate(entries) if at not in inside and not _bare_group(entry)
        ]
    spans: dict[int, list[tuple[str, Span]]] = {}
    for key in [key for key in places if key.startswith("lines[")]:
        number, _, name = key.removeprefix("lines[").partition("].")
        spans.setdefault(int(number), []).append((name, places.pop(key)))
    renamed: dict[str, Span] = {}
    lines = tuple(
        _build(entries, held, at, f"lines[{number}]", spans, renamed)
        for number, at in enumerate(kept)
    )
    places.update(renamed)
    return lines


def _holds(above: LineEntry, children: Sequence[LineEntry]) -> bool:
    if all(child.status == "INFORMATION" for child in children):
        return True
    counted = [child.line.net for child in children if child.status != "INFORMATION"]
    known = [net for net in counted if net is not None]
    if above.line.net is None or len(known) < len(counted):
        return False
    return above.status == "GROUP" and sum(known, Decimal(0)) == above.line.net


def _bare_group(entry: LineEntry) -> bool:
    return entry.status in {"GROUP", "INFORMATION"} and entry.line.net is None


def _build(
    entries: Sequence[LineEntry],
    held: dict[int, list[int]],
    at: int,
    key: str,
    spans: dict[int, list[tuple[str, Span]]],
    renamed: dict[str, Span],
) -> InvoiceLine:
    for name, span in spans.get(at, ()):
        renamed[f"{key}.{name}"] = span
    line = entries[at].line
    children = held.get(at)
    if not children:
        return line
    return line.model_copy(
        update={
            "sub_lines": tuple(
                _build(entries, held, child, f"{key}.sub_lines[{number}]", spans, renamed)
                for number, child in enumerate(children)
            )
        }
    )
