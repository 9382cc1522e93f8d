"""Hostile files through the reading of invoices: each says what is wrong, and the batch goes on."""

from __future__ import annotations

import pytest

from benchmarks.pages_hostile import FILES, Hostile, honest, passed, pdf_of
from slmapps.documents import Limits, open_document
from slmapps_invoices.read import read_invoices

PATIENT = Limits(max_picture_seconds=250)  # the machine may be busy
# Recognising these takes seconds; test_ocr and test_pictures have smaller ones.
_SLOW = ("font without a Unicode map.pdf", "says more rows than it has.png")
BROKEN = [each for each in FILES if each.codes and each.name not in _SLOW]
SOUND = [each for each in FILES if not each.codes]


@pytest.mark.parametrize("each", BROKEN, ids=lambda each: each.name)
def test_each_gives_the_problem_that_fits_it_with_a_cure(each: Hostile) -> None:
    _, problems = read_invoices(each.make(), name=each.name, limits=PATIENT)
    (fitting, *_) = [problem for problem in problems if problem.code in each.codes]
    assert fitting.cure
    assert fitting.file == each.name


@pytest.mark.parametrize("each", SOUND, ids=lambda each: each.name)
def test_what_a_page_shows_is_read_whatever_hides_behind_it(each: Hostile) -> None:
    document, problems = open_document(each.make(), name=each.name)
    assert problems == []
    assert document is not None
    assert document.text == open_document(honest())[0].text
    assert "59.50" in document.text
    assert document.attachments == {}


def test_one_batch_reads_all_of_them() -> None:
    for each in (*BROKEN, *SOUND):
        if "10,000" in each.name:
            continue
        invoices, problems = read_invoices(each.make(), name=each.name, limits=PATIENT)
        assert invoices or problems


def test_a_file_is_judged_by_its_problem_or_its_total() -> None:
    def told(*codes: str, total: str | None = None, seconds: float = 0.1):
        return {
            "seconds": seconds,
            "total": total,
            "problems": [{"code": code} for code in codes],
        }

    broken, sound = Hostile("a", honest, ("pdf-broken",)), Hostile("b", honest)
    assert passed(broken, told("pdf-broken"))
    assert not passed(broken, told("pdf-encrypted"))
    assert not passed(broken, told("pdf-broken", seconds=99))
    assert passed(sound, told(total="59.5"))
    assert not passed(sound, told(total="59.6"))
    assert not passed(sound, told())


def test_bytes_that_are_written_by_hand_make_a_sound_file() -> None:
    document, problems = open_document(pdf_of(b"BT /F1 12 Tf 72 700 Td (Hello) Tj ET"))
    assert problems == []
    assert document is not None
    assert document.text == "Hello"
