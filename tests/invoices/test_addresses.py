"""An address is parted where its form says how, and stays whole where it does not."""

from __future__ import annotations

import pytest

from slmapps_invoices.pages.addresses import blocks, parted
from slmapps_invoices.pages.gather import Group


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Feldweg 12a, 50667 Köln", ("Feldweg 12a", "50667", "Köln")),
        ("Feldweg 12a 50667 Köln", ("Feldweg 12a", "50667", "Köln")),
        ("3, rue Lanière, 69001 Lyon, France", ("3, rue Lanière", "69001", "Lyon")),
        ("Am Hof 3, CH-8001 Zürich", ("Am Hof 3", "CH-8001", "Zürich")),
        ("9 Kelford Lane, Milton Keynes AB1 2CD", ("9 Kelford Lane", "AB1 2CD", "Milton Keynes")),
        ("77 Delby Avenue, Austin, TX 73301", ("77 Delby Avenue", "73301", "Austin, TX")),
        ("77 Delby Avenue Austin, TX 73301", ("77 Delby Avenue Austin, TX 73301", None, None)),
        ("Block B, Old Mill", ("Block B, Old Mill", None, None)),
        ("50667 Köln", ("50667 Köln", None, None)),
    ],
)
def test_parts_of_an_address(text, wanted) -> None:
    found = parted(text)
    assert (found["street"], found.get("postcode"), found.get("city")) == wanted


def _group(text: str, left: float, top: float) -> Group:
    box = (left, top, left + 5 * len(text), top + 10)
    return Group("seller_address", 0, (0,), text, 0.9, box)


def test_rows_below_one_another_make_a_block_and_others_do_not() -> None:
    made = blocks(
        [
            _group("12 Mill Road", 40, 100),
            _group("York AB1 2CD", 40, 113),
            _group("12 Mill Road,", 40, 700),
            _group("Elsewhere", 400, 113),
        ]
    )
    assert sorted(block.text() for block in made) == [
        "12 Mill Road",
        "12 Mill Road, York AB1 2CD",
        "Elsewhere",
    ]
    assert made[0].box == (40, 100, 100, 123)
    assert made[0].share == pytest.approx(0.9)
