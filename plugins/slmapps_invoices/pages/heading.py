"""The head of an invoice from its tagged pages: numbers, dates, names, addresses, identifiers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from slmapps.records import Span
from slmapps_invoices.pages.addresses import blocks, parted
from slmapps_invoices.pages.confidence import Signs
from slmapps_invoices.pages.dates import DayOrder, read_date
from slmapps_invoices.pages.identifiers import read_bic, read_iban, read_number, read_vat_id
from slmapps_invoices.pages.readings import Reading, scaled
from slmapps_invoices.pages.tagged_pages import TaggedPages
from slmapps_invoices.records import Party

__all__ = ["read_heading"]

_ALONE = 0.3  # a text that the tagger believes less is not a value


def read_heading(
    tags: TaggedPages, order: DayOrder, currency: Reading[str] | None
) -> tuple[dict[str, Any], dict[str, Signs]]:
    """The head's fields for an Invoice, ``places`` among them, and the signs of each.

    ``order`` is the order of day and month on these pages.
    """
    return _Head(tags, order, currency).read()


@dataclass(frozen=True)
class _Found:
    value: Any
    share: float
    place: Span
    signs: Signs


class _Head:
    """The head of one document."""

    def __init__(self, tags: TaggedPages, order: DayOrder, currency: Reading[str] | None) -> None:
        self.tags, self.order, self.currency = tags, order, currency

    def _best(self, label: str, read: Callable[[str], Iterable[Reading[Any]]]) -> _Found | None:
        """The likeliest reading of a label's groups, by the tagger and by its form."""
        found = [
            (group.share * reading.weight, reading, group)
            for group in self.tags.groups(label, 0.05)
            for reading in read(group.text)
        ]
        if not found:
            return None
        share, best, group = max(found, key=lambda one: one[0])
        others = [each for each, reading, _ in found if reading.value != best.value]
        signs = self.tags.signs(
            group,
            share,
            rival=max(others, default=0.0),
            mended=best.repaired,
            checked=bool(best.checked),
        )
        return _Found(best.value, share, self.tags.span(group), signs)

    def _iban(self) -> _Found | None:
        """An IBAN; in a narrow column it may go on in the next row, and its checksum tells so."""
        alone = self._best("iban", read_iban)
        if alone is not None and alone.share >= _ALONE:
            return alone
        found = self.tags.groups("iban", 0.05)
        for one in found:
            for two in found:
                down = two.box[1] - one.box[1]
                if one.page == two.page and 0 < down < 3 * (one.box[3] - one.box[1]):
                    for reading in read_iban(one.text + two.text):
                        if reading.checked and not reading.repaired:
                            share = min(one.share, two.share)
                            signs = self.tags.signs(one, share, checked=True)
                            return _Found(reading.value, share, self.tags.span(one), signs)
        return alone

    def _address(self) -> dict[str, _Found]:
        """The seller's: the likeliest block, before others one whose form says its parts."""
        found = [
            _Found(
                parted(block.text()),
                block.share,
                self.tags.span(block),
                self.tags.signs(block, block.share),
            )
            for block in blocks(self.tags.groups("seller_address", _ALONE, None))
        ]
        best = max(found, key=lambda one: (len(one.value), one.share), default=None)
        if best is None:
            return {}
        return {
            f"seller.{key}": _Found(text, best.share, best.place, best.signs)
            for key, text in best.value.items()
        }

    def read(self) -> tuple[dict[str, Any], dict[str, Signs]]:
        def days(text: str) -> list[Reading[Any]]:
            # An old invoice is as good as a new one: only the readings of one string compete.
            return scaled(read_date(text.strip(" .,;:"), self.order), 0.97)

        found = {
            "number": self._best("number", read_number),
            "issue_date": self._best("issue_date", days),
            "due_date": self._best("due_date", days),
            "order_reference": self._best("order_reference", read_number),
            "seller.name": self._best("seller_name", _plainly),
            "seller.vat_id": self._best("seller_vat_id", read_vat_id),
            "seller.iban": self._iban(),
            "seller.bic": self._best("bic", read_bic),
            **self._address(),
            "buyer.name": self._best("buyer_name", _plainly),
            "buyer.vat_id": self._best("buyer_vat_id", read_vat_id),
        }
        kept = {key: one for key, one in found.items() if one is not None and one.share >= _ALONE}
        header: dict[str, Any] = {key: one.value for key, one in kept.items() if "." not in key}
        for party in ("seller", "buyer"):
            parts = {
                key.partition(".")[2]: one.value
                for key, one in kept.items()
                if key.startswith(f"{party}.")
            }
            header[party] = Party(**parts)
        header["currency"] = self.currency.value if self.currency else ""
        header["places"] = {key: one.place for key, one in kept.items()}
        signs = {key: one.signs for key, one in kept.items()}
        if self.currency:
            signs["currency"] = Signs(self.currency.weight, scanned=self.tags.scanned)
        return header, signs


def _plainly(text: str) -> list[Reading[str]]:
    kept = text.strip(" ,;:|•·-")
    return [Reading(kept, 1.0)] if any(sign.isalpha() for sign in kept) else []
