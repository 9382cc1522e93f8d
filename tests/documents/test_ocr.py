"""Scans and photos become pages with words, as good as those of a PDF with text."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time

import numpy as np
import pikepdf
import pytest
from PIL import Image
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from slmapps.documents import Limits, open_document, upright
from slmapps.documents import ocr as ocr_module
from slmapps.documents.limits import Deadline
from slmapps.documents.ocr import TooLateError, recognise
from slmapps.documents.ocr_lines import cut_line, plain, reading_order
from slmapps.records import Severity, Word
from tests.documents.making import saved
from tests.documents.picturing import LINES, drawn, in_shadow, letter, saved_as, scanned

WORDS = [word for text, _, _ in LINES for word in text.split()]
PAGE = drawn(letter(), 150)


PATIENT = Limits(max_picture_seconds=250)  # the machine may be busy


def opened(data: bytes, *expected: str, limits: Limits = PATIENT):
    document, problems = open_document(data, name="scan", limits=limits)
    assert [problem.code for problem in problems] == list(expected)
    assert document is not None
    return document


def found(data: bytes) -> list[str]:
    (page,) = opened(data, "page-recognised").pages
    return [word.text for word in page.words]


def test_a_scan_gives_the_words_that_the_page_has_as_text() -> None:
    (page,) = opened(saved_as(PAGE, "PNG", dpi=(150, 150)), "page-recognised").pages
    (truth,) = open_document(letter())[0].pages
    assert [word.text for word in page.words] == WORDS  # ö ü ß é à ç € and all
    assert (page.width, page.height) == pytest.approx((595, 842), abs=1)
    for word, there in zip(page.words, truth.words, strict=True):
        assert word.box == pytest.approx(there.box, abs=1.0)
        assert 0.5 < word.confidence < 1


def test_a_grey_jpeg_of_unknown_size_is_read_as_a4() -> None:
    data = saved_as(PAGE.convert("L"), "JPEG", quality=60)
    document = opened(data, "page-recognised")
    assert document.media_type == "image/jpeg"
    assert [word.text for word in document.pages[0].words] == WORDS
    assert document.text == " ".join(WORDS)
    assert (document.pages[0].width, document.pages[0].height) == pytest.approx((595, 842), abs=1)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_on_its_side_or_head_is_turned(degrees) -> None:
    picture = PAGE.rotate(degrees, expand=True)  # against the clock
    document, problems = open_document(saved_as(picture, "PNG", dpi=(150, 150)), limits=PATIENT)
    (page,) = document.pages
    assert f"turned by {degrees} degrees" in problems[0].message
    assert (page.width, page.height) == pytest.approx((595, 842), abs=1)
    assert [word.text for word in page.words] == WORDS
    assert page.words[0].box[:2] == pytest.approx((60, 71), abs=3)


def test_a_page_askew_is_straightened() -> None:
    picture = PAGE.rotate(-4, resample=Image.Resampling.BICUBIC, fillcolor="white")
    document, problems = open_document(saved_as(picture, "PNG"), limits=PATIENT)
    assert "straightened by" in problems[0].message
    words = document.pages[0].words
    assert [word.text for word in words] == WORDS
    (lower,) = (word.box[3] for word in words if word.text == "Gesamtbetrag")
    (amount,) = (word.box[3] for word in words if word.text.startswith("1.486"))
    assert lower == pytest.approx(amount, abs=4)  # 440 points apart: 31 points askew


def test_words_in_a_shadow_are_found() -> None:
    shadow = in_shadow(PAGE, 0.15)
    assert found(saved_as(shadow, "JPEG", quality=80)) == WORDS
    even = upright.even_light(np.asarray(shadow))
    assert np.median(even[:, -100:]) > 200 > np.median(np.asarray(shadow)[:, -100:])


def test_even_paper_is_left_as_it_is() -> None:
    pixels = np.asarray(PAGE)
    assert upright.even_light(pixels) is pixels


def test_a_picture_without_text_says_so() -> None:
    document = opened(saved_as(Image.new("L", (400, 300), 200), "PNG"), "page-without-words")
    assert document.pages[0].words == ()


def test_pages_of_a_pdf_are_recognised_one_by_one() -> None:
    data = scanned([None, PAGE], also="kept")
    document, problems = open_document(data, limits=PATIENT)
    text, scan = document.pages
    assert "These words are text, and stay as they are" in text.text
    assert all(word.confidence == 1 for word in text.words)
    assert sorted(word.text for word in scan.words) == sorted(WORDS)
    assert all(word.confidence < 1 for word in scan.words)
    (problem,) = problems
    assert (problem.code, problem.severity) == ("page-recognised", Severity.INFO)
    assert problem.where.page == 1
    places = {word.text: word.box for word in open_document(letter())[0].pages[0].words}
    assert scan.words[0].box == pytest.approx(places["Möwenstein"], abs=2)


def without_unicode_map() -> bytes:
    """A PDF whose letters are numbered 0, 1, 2 … and nothing says what they mean."""
    pdfmetrics.registerFont(TTFont("Plain", _font(), asciiReadable=0))
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(595, 842))
    canvas.setFont("Plain", 12)
    for text, x, y in LINES:
        canvas.drawString(x, 842 - y, text)
    canvas.save()
    document = pikepdf.open(io.BytesIO(written.getvalue()))
    for each in document.objects:
        if isinstance(each, pikepdf.Dictionary) and "/ToUnicode" in each:
            del each["/ToUnicode"]
            if "/Encoding" in each:
                del each["/Encoding"]
    return saved(document)


def _font() -> str:
    import matplotlib as mpl

    return f"{mpl.get_data_path()}/fonts/ttf/DejaVuSans.ttf"


def test_letters_that_stand_for_nothing_are_read_from_the_page() -> None:
    words = found(without_unicode_map())
    assert len(set(words) & set(WORDS)) >= len(WORDS) - 1


def test_a_page_that_is_not_finished_in_time_is_left_out() -> None:
    data = saved_as(PAGE, "TIFF", save_all=True, append_images=[PAGE])
    hasty = Limits(max_picture_seconds=0.05)
    document, problems = open_document(data, limits=hasty)
    assert document is None
    assert [problem.code for problem in problems] == ["took-too-long"]
    pdf = opened(scanned([PAGE], also="kept"), "took-too-long", limits=hasty)
    assert pdf.pages[0].text == "kept"


def test_who_waits_for_the_engine_waits_no_longer_than_allowed() -> None:
    with ocr_module._lock:
        start = time.monotonic()
        with pytest.raises(TooLateError):
            recognise(np.asarray(PAGE), Deadline(0.1))
    assert time.monotonic() - start < 5


def test_without_the_extra_the_cure_names_it(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    ocr_module._engine.cache_clear()
    document, (problem,) = open_document(saved_as(PAGE, "PNG"), name="a.png")
    assert document is None
    assert problem.code == "ocr-missing"
    assert "slmapps[ocr]" in problem.cure
    scan = opened(scanned([PAGE], also="kept"), "ocr-missing")
    assert scan.pages[0].text == "kept"


def test_opening_a_list_loads_nothing_of_it_and_reading_a_scan_calls_nobody() -> None:
    program = (
        "import socket, sys\n"
        "def refuse(*_): raise SystemExit('it called out')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from slmapps.documents import Limits, open_document\n"
        "open_document(b'a,b\\n1,2\\n')\n"
        "heavy = {'rapidocr', 'cv2', 'PIL', 'onnxruntime', 'numpy'} & set(sys.modules)\n"
        "patient = Limits(max_picture_seconds=250)\n"
        "document, _ = open_document(sys.stdin.buffer.read(), limits=patient)\n"
        "import onnxruntime\n"
        # getrusage would tell the peak of whoever started us, if that is higher.
        "status = open('/proc/self/status').read()\n"
        "peak = int(status.partition('VmHWM:')[2].split()[0]) // 1024\n"
        "print(sorted(heavy), len(document.pages[0].words), peak)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program],
        input=saved_as(PAGE, "PNG"),
        capture_output=True,
        check=True,
        timeout=250,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert answer.stderr == b""
    heavy, words, peak = answer.stdout.decode().rsplit(" ", 2)
    assert heavy == "[]"
    assert int(words) == len(WORDS)
    assert int(peak) < 1500  # megabytes


def test_a_line_is_cut_where_the_ink_ends() -> None:
    grey = np.full((20, 100), 250, np.uint8)
    grey[5:15, 10:40] = 0
    grey[8:18, 60:90] = 0
    cuts = cut_line("ab c", (0.9, 0.4, 0.99, 0.8), (3, 6, 14), 20.0, grey)
    assert cuts == [("ab", 0.4, (10, 5, 40, 15)), ("c", 0.8, (60, 8, 90, 18))]


def test_light_letters_on_dark_ground_are_ink_too() -> None:
    grey = np.full((20, 60), 20, np.uint8)
    grey[5:15, 10:40] = 240
    assert cut_line("x", (0.9,), (4,), 10.0, grey) == [("x", 0.9, (10, 5, 40, 15))]


def line_of(text: str, gaps: dict[int, int]) -> tuple[list[int], np.ndarray]:
    """Columns (of 10 pixels) and picture of letters 8 pixels wide, with a gap before some."""
    grey, columns, x = np.full((20, 600), 250, np.uint8), [], 10
    for at, _ in enumerate(text):
        x += gaps.get(at, 0)
        grey[5:15, x + 1 : x + 9] = 0
        columns.append(x // 10)
        x += 10
    return columns, grey


@pytest.mark.parametrize(
    ("text", "gaps", "words"),
    [
        ("1.486,91€", {8: 10}, ["1.486,91", "€"]),
        ("1.486,91€", {}, ["1.486,91€"]),
        ("bis28.03.2024", {3: 10}, ["bis", "28.03.2024"]),
        ("ohneAbzug", {4: 10}, ["ohne", "Abzug"]),
        ("n.2024", {2: 10}, ["n.", "2024"]),
        ("A4", {}, ["A4"]),
        ("IBAN", {2: 10}, ["IBAN"]),  # spaced type
        ("1203", {2: 10}, ["1203"]),
    ],
)
def test_a_lost_blank_is_put_back_where_the_ink_has_a_gap(text, gaps, words) -> None:
    columns, grey = line_of(text, gaps)
    cuts = cut_line(text, [0.9] * len(text), columns, 60.0, grey)
    assert [word for word, _, _ in cuts] == words


def test_rows_are_read_from_the_top_and_each_from_the_left() -> None:
    boxes = [(50, 11, 60, 21), (0, 10, 20, 20), (0, 30, 9, 40), (70, 9, 80, 19)]
    assert reading_order(boxes) == [1, 0, 3, 2]


def test_wide_signs_are_written_as_usual() -> None:
    assert plain("Ｎｒ．１２：（neu）　￥5") == "Nr.12:(neu) ¥5"


def test_a_word_of_text_is_certain() -> None:
    assert Word(text="a", box=(0, 0, 1, 1)).confidence == 1
