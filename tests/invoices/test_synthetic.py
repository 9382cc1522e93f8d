"""Invented invoices: the same for the same number, right sums, and every label where it belongs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from decimal import Decimal

import pytest

pytest.importorskip("reportlab")

from slmapps_invoices.pages import synthetic
from slmapps_invoices.pages.labels import LABELS
from slmapps_invoices.pages.synthetic import making
from slmapps_invoices.pages.synthetic.__main__ import main
from slmapps_invoices.pages.synthetic.identities import iban, vat_id
from slmapps_invoices.pages.synthetic.lexicon import LANGUAGES, terms, trades
from slmapps_invoices.pages.synthetic.style import Style
from slmapps_invoices.rules import check_arithmetic

COUNT = 60


@pytest.fixture(scope="module")
def samples():
    return [synthetic.make(seed) for seed in range(1000, 1000 + COUNT)]


def said(sample, label: str, line: int = -1) -> list[str]:
    """All words of a label, joined without spaces, one text for each page."""
    return [
        "".join(
            word.text
            for word, is_label, of_line in zip(page.words, page.labels, page.lines, strict=True)
            if is_label == label and of_line == line
        )
        for page in sample.pages
    ]


def digits(value: Decimal) -> str:
    return "".join(letter for letter in f"{abs(value):f}" if letter.isdigit()).strip("0")


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_the_same_number_gives_the_same_invoice() -> None:
    one, two, other = (synthetic.make(seed) for seed in (7, 7, 8))
    assert one == two
    assert one.pdf != other.pdf


def test_sums_are_right(samples) -> None:
    assert [check_arithmetic(sample.invoice) for sample in samples] == [[]] * COUNT
    for sample in samples:
        for line in sample.invoice.lines:
            if None not in (line.quantity, line.unit_price, line.net):
                worth = line.quantity * line.unit_price - (line.discount or 0)
                assert abs(worth - line.net) <= Decimal("0.01"), sample.layout


def test_drawn_words_are_found_again(samples) -> None:
    assert min(sample.matched for sample in samples) > 0.9
    assert sum(sample.matched for sample in samples) / COUNT > 0.995


def test_texts_of_the_truth_stand_under_their_label(samples) -> None:
    for sample in samples:
        invoice = sample.invoice
        for label, value in (
            ("number", invoice.number),
            ("seller_name", invoice.seller.name),
            ("buyer_name", invoice.buyer.name),
            ("order_reference", invoice.order_reference),
            ("iban", invoice.seller.iban),
            ("bic", invoice.seller.bic),
        ):
            shown = "".join(said(sample, label))
            assert squeezed(value) in shown if value else not shown, (label, sample.layout)


def test_the_sellers_address_has_its_label_and_the_buyers_never(monkeypatch) -> None:
    bills = []
    write = making.write_bill
    monkeypatch.setattr(
        making, "write_bill", lambda *given: bills.append(write(*given)) or bills[-1]
    )
    made = [synthetic.make(seed) for seed in range(2000, 2000 + COUNT)]
    assert len({sample.layout for sample in made}) > 0.9 * COUNT
    assert sum(any(said(sample, "seller_address")) for sample in made) > 0.9 * COUNT
    for sample, bill in zip(made, bills, strict=True):
        seller, shown = sample.invoice.seller, "".join(said(sample, "seller_address"))
        assert bool(shown) == bool(seller.street) == bool(seller.city)
        for part in (seller.street, seller.postcode, seller.city):
            assert squeezed(part).strip(",") in shown, sample.layout
        for part in (bill.buyer.street, bill.buyer.postcode):
            assert squeezed(part) not in shown, sample.layout


def test_amounts_of_the_truth_stand_under_their_label(samples) -> None:
    for sample in samples:
        for label in ("line_total", "net", "total", "paid", "due"):
            value = getattr(sample.invoice, label)
            shown = "".join(letter for text in said(sample, label) for letter in text)
            figures = "".join(letter for letter in shown if letter.isdigit())
            assert (digits(value) in figures) if value else True, (label, sample.layout)
            assert value is not None or not shown, (label, sample.layout)


def test_lines_of_the_truth_stand_under_their_label(samples) -> None:
    for sample in samples:
        for at, line in enumerate(sample.invoice.lines):
            described = "".join(said(sample, "description", at))
            assert described == squeezed(line.description)
            assert "".join(said(sample, "details", at)) == squeezed(line.details)
            assert "".join(said(sample, "unit", at)).startswith(squeezed(line.unit))
            for label, value in (
                ("quantity", line.quantity),
                ("unit_price", line.unit_price),
                ("line_net", line.net),
            ):
                figures = "".join(c for c in "".join(said(sample, label, at)) if c.isdigit())
                assert (value is not None) == bool(figures)
                assert value is None or digits(value) in figures


def test_every_invoice_states_what_no_invoice_lacks(samples) -> None:
    for sample in samples:
        invoice = sample.invoice
        assert invoice.seller.name
        assert invoice.issue_date
        assert invoice.total is not None
        assert invoice.number or sample.pages[0].width < 300
        assert invoice.buyer.name or sample.pages[0].width < 300
        assert len(invoice.lines) >= 1


def test_every_label_occurs(samples) -> None:
    seen = Counter(label for sample in samples for page in sample.pages for label in page.labels)
    assert set(seen) == set(LABELS)


def test_a_day_of_payment_in_words_alone_is_not_in_the_truth(samples) -> None:
    silent = [sample for sample in samples if sample.invoice.due_date is None]
    assert 0 < len(silent) < COUNT
    assert all(not "".join(said(sample, "due_date")) for sample in silent)


def test_layouts_are_many_differ_and_keep_their_style() -> None:
    assert synthetic.layouts() >= 300
    pages = {
        layout: [synthetic.make(seed, layout=layout, languages=("en",)).pages[0] for seed in (1, 2)]
        for layout in (11, 12, 13)
    }
    widths = {layout: {page.width for page in made} for layout, made in pages.items()}
    assert all(len(width) == 1 for width in widths.values())
    choices = [
        tuple(Style(layout, "en").say(key) for key in ("number", "t_total", "c_description"))
        for layout in range(200)
    ]
    assert len(set(choices)) > 190


def test_a_layout_and_a_language_can_be_asked_for() -> None:
    sample = synthetic.make(5, layout=123, languages=("fr",))
    assert (sample.layout, sample.language) == (123, "fr")


def test_there_are_forty_trades_of_twenty_goods_in_each_language() -> None:
    for language in LANGUAGES:
        assert len(trades(language)) >= 40
        assert all(len(one.items) * len(one.variants) >= 20 for one in trades(language))
        assert terms(language).keys() == terms("en").keys()


def test_check_digits_are_right() -> None:
    from random import Random

    dice = Random(3)
    number = iban(dice, "FR")
    turned = "".join(str(int(letter, 36)) for letter in number[4:] + number[:4])
    assert int(turned) % 97 == 1
    vat = pytest.importorskip("stdnum.eu.vat")
    for country in ("DE", "AT", "FR", "BE", "LU", "IE"):
        assert all(vat.is_valid(vat_id(dice, country)) for _ in range(20)), country
    for module, country in (("stdnum.gb.vat", "GB"), ("stdnum.ch.vat", "CH")):
        check = pytest.importorskip(module)
        assert all(check.is_valid(vat_id(dice, country)) for _ in range(20)), country


def test_invoices_are_written_with_their_truth(tmp_path) -> None:
    main(["--out", str(tmp_path), "--count", "3", "--seed", "2", "--layouts", "3900-3999"])
    rows = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text().splitlines()]
    assert [(tmp_path / row["name"]).read_bytes()[:4] for row in rows] == [b"%PDF"] * 3
    assert all(3900 <= row["layout"] < 4000 for row in rows)
    assert all(row["pages"][0]["words"] and row["invoice"]["lines"] for row in rows)


def test_a_degraded_page_keeps_its_size_and_can_be_repeated() -> None:
    image = pytest.importorskip("PIL.Image")
    page = image.new("RGB", (310, 440), (255, 255, 255))
    page.paste((0, 0, 0), (40, 60, 200, 70))
    once, again = (synthetic.degrade(page, 4).tobytes() for _ in range(2))
    assert once == again
    assert any(synthetic.degrade(page, seed).tobytes() != page.tobytes() for seed in range(5))
    assert synthetic.degrade(page, 9).size == page.size


def test_nothing_heavy_is_loaded_before_it_is_used() -> None:
    program = (
        "import sys, slmapps_invoices.pages.synthetic; "
        "print([name for name in ('reportlab', 'PIL', 'numpy') if name in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == "[]"


def test_electronic_invoices_made_visible_are_drawn_as_forms_in_every_language():
    forms = [layout for layout in range(400) if Style(layout, "de").form]
    assert 0.1 < len(forms) / 400 < 0.25
    for language, layout in zip(("de", "en", "fr") * 3, forms, strict=False):
        sample = synthetic.make(500 + layout, layout=layout, languages=(language,))
        assert sample.matched > 0.99
        assert not check_arithmetic(sample.invoice)
        labels = {label for page in sample.pages for label in page.labels}
        assert {"number", "issue_date", "seller_name", "description", "line_net", "total"} <= labels
