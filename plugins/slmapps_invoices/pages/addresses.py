"""Names and addresses that go on over several rows: the block they make, and an address's parts.

Design choices:

* A block is groups of one label in rows that follow one another and share an edge or the middle.
* An address is parted only where its form says how, by the postcode's place; else the whole of it
  is the street, as it was printed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from slmapps_invoices.pages.gather import Group

__all__ = ["Block", "blocks", "parted"]

Box = tuple[float, float, float, float]
_DEEP = 2.4  # of the height: the widest step from one row of a block to the next

# Street, then postcode before city: most of Europe.
_BEFORE = re.compile(
    r"(?P<street>[^\d,]*\d.*?|.*?\d[^\d,]*),? (?P<postcode>(?:[A-Z]{1,2}-)?\d{4,5}) "
    r"(?P<city>[^\W\d][^\d,]+)(?:, [^\d,]+)?"
)
# Street, city, then the postcode: Britain, Ireland, the United States.
_BEHIND = re.compile(
    r"(?P<street>[^\n]+?), (?P<city>[^\W\d][^\d,]{2,}(?:, [A-Z]{2})?),? "
    r"(?P<postcode>[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|(?<=[A-Z]{2} )\d{5}(?:-\d{4})?)(?:, [^\d,]+)?"
)


@dataclass(frozen=True)
class Block:
    """Groups over one another; ``share`` is the geometric mean over their words, within 0..1."""

    rows: tuple[Group, ...]

    @property
    def share(self) -> float:
        """How likely all its words are of the label."""
        product, words = 1.0, 0
        for row in self.rows:
            product *= row.share ** len(row.words)
            words += len(row.words)
        return float(product ** (1 / max(1, words)))

    @property
    def page(self) -> int:
        """The page's number."""
        return self.rows[0].page

    @property
    def box(self) -> Box:
        """Around all rows."""
        left, top, right, bottom = zip(*(row.box for row in self.rows), strict=True)
        return min(left), min(top), max(right), max(bottom)

    def text(self, joint: str = ", ") -> str:
        """The rows' texts, with the joint between where a row does not end in a comma."""
        found = ""
        for row in self.rows:
            text = row.text.strip(" ,;|·•-")
            found = f"{found}{joint}{text}" if found and text else found or text
        return found


def blocks(groups: Sequence[Group]) -> list[Block]:
    """Put groups of one label into blocks, from top to bottom."""
    open_blocks: list[list[Group]] = []
    for group in sorted(groups, key=lambda group: (group.page, group.box[1])):
        mine = next((block for block in open_blocks if _follows(block[-1], group)), None)
        if mine is None:
            open_blocks.append([group])
        else:
            mine.append(group)
    return [Block(tuple(block)) for block in open_blocks]


def _follows(above: Group, below: Group) -> bool:
    one, two = above.box, below.box
    height = min(one[3] - one[1], two[3] - two[1])
    if above.page != below.page or not 0.3 * height < two[1] - one[1] < _DEEP * height:
        return False
    middles = abs(one[0] + one[2] - two[0] - two[2]) / 2
    edges = min(abs(one[0] - two[0]), abs(one[2] - two[2]), middles)
    inside = min(one[2], two[2]) > max(one[0], two[0])
    return inside and edges < 3 * height


def parted(address: str) -> dict[str, str]:
    """Give ``street``, ``postcode`` and ``city`` of an address; all as ``street`` if not certain.

    >>> parted("Am Feldweg 12, 50667 Bad Homburg")
    {'street': 'Am Feldweg 12', 'postcode': '50667', 'city': 'Bad Homburg'}
    >>> parted("Unit 7, Mill Yard, Somewhere")
    {'street': 'Unit 7, Mill Yard, Somewhere'}
    """
    for form in (_BEHIND, _BEFORE):
        found = form.fullmatch(address)
        if found:
            return {key: value.strip(" ,;|·•-") for key, value in found.groupdict().items()}
    return {"street": address}
