"""A document's pages with what the tagger says of them: where reading looks things up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from slmapps.records import Page, Span
from slmapps_invoices.pages.addresses import Block
from slmapps_invoices.pages.confidence import Signs
from slmapps_invoices.pages.gather import Group, groups, printed_rows, with_words_beside

if TYPE_CHECKING:
    from slmapps.heads.pages import Tagged

__all__ = ["TaggedPages"]

_RIVALS = 8  # groups of one label that are looked at
_LEAST = 0.01
_LARGE = 1.35  # of the page's usual height: type that only names and titles are set in
_LONGEST = 7  # words of a name
_COMPANIES = {"seller_name", "buyer_name"}
_MADE = re.compile(
    r"(?:powered|generated|created|printed|erstellt|erzeugt|gedruckt|généré|édité)\s+"
    r"(?:by|with|mit|durch|par|avec)\Z",
    re.IGNORECASE,
)
_FORM = re.compile(
    r"(?:g?gmbh|mbh|ag|kg|kgaa|ug|ohg|gbr|e\.?k\.?|se|ltd\.?|limited|llp|llc|plc|inc\.?|corp\.?|dac|"
    r"s\.?a\.?r\.?l\.?|s\.?a\.?s\.?u?|s\.?a\.?|s\.?n\.?c\.?|eurl|b\.?v\.?|n\.?v\.?|s\.?r\.?l\.?|s\.?p\.?a\.?|"
    r"&|and|und|et|\+|co\.?|cie\.?|,)",
    re.IGNORECASE,
)


class TaggedPages:
    """Pages of one document, tagged; ``scanned`` tells whether any word was recognised."""

    def __init__(self, sha256: str, pages: Sequence[Page], tagged: Sequence[Tagged]) -> None:
        self.sha256, self.pages, self.tagged = sha256, pages, tagged
        self.scanned = any(word.confidence < 1 for page in pages for word in page.words)
        self.rows = [printed_rows(page) for page in pages]
        self.words = [word.text for page in pages for word in page.words]

    def groups(self, label: str, least: float = _LEAST, most: int | None = _RIVALS) -> list[Group]:
        """Groups of a label on all pages, likeliest first; see ``gather.groups``."""
        found = [
            group
            for page, tagged, rows in zip(self.pages, self.tagged, self.rows, strict=True)
            for group in groups(page, tagged, label, least=least, rows=rows)
        ]
        if label in _COMPANIES:
            found = [self._company(group) for group in found if not self._made_with(group)]
        return sorted(found, key=lambda group: -group.share)[:most]

    def _made_with(self, group: Group) -> bool:
        """Whether the words before a name say that it is a program's: "Powered by …"."""
        page, rows = self._sheet(group)
        row = next((row for row in rows if group.words[0] in row), [])
        before = row[: row.index(group.words[0])][-2:] if row else []
        return _MADE.search(" ".join(page.words[at].text for at in before)) is not None

    def _company(self, group: Group) -> Group:
        """The whole of a name of which the tagger saw a part.

        A legal form alone lacks the words before it; a name in large type is its whole run of
        words, unless that says more than a name.
        """
        page, rows = self._sheet(group)
        if all(_FORM.fullmatch(word) for word in group.text.split()):
            return with_words_beside(page, group, rows)
        whole = with_words_beside(page, group, rows, after=True)
        heights = sorted(word.box[3] - word.box[1] for word in page.words)
        large = min(page.words[n].box[3] - page.words[n].box[1] for n in whole.words)
        is_name = len(whole.words) <= _LONGEST and not re.search(r"[:#\d]", whole.text)
        return whole if large > _LARGE * heights[len(heights) // 2] and is_name else group

    def _sheet(self, group: Group | Block) -> tuple[Page, list[list[int]]]:
        """The page that a group stands on, and its printed rows."""
        at = next(n for n, page in enumerate(self.pages) if page.number == group.page)
        return self.pages[at], self.rows[at]

    def span(self, group: Group | Block) -> Span:
        """Where a group stands."""
        return Span(document=self.sha256, page=group.page, box=group.box)

    def sharpness(self, group: Group | Block) -> float:
        """The least confidence of recognition among the words within the group's box."""
        left, top, right, bottom = group.box
        page, _ = self._sheet(group)
        return min(
            (
                word.confidence
                for word in page.words
                if left <= (word.box[0] + word.box[2]) / 2 <= right
                and top <= (word.box[1] + word.box[3]) / 2 <= bottom
            ),
            default=1.0,
        )

    def signs(self, group: Group | Block, share: float, **further: Any) -> Signs:
        """The signs of a value that is read from a group; see ``confidence.Signs``."""
        sharpness = self.sharpness(group) if self.scanned else 1.0
        return Signs(share, sharpness=sharpness, scanned=self.scanned, **further)
