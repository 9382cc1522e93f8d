from __future__ import annotations

import io
import threading
import tomllib

import pytest
from PIL import Image

from slmapps.records import Document, Page, Span, Word
from slmapps_ui import jobs, launch, markup, pagesheet, uploads


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Temp\\bill.xml", "bill.xml"),
        ("a\x00b\n.pdf", "a_b_.pdf"),
        ("..", "file"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_file_name_from_a_browser_cannot_leave_its_folder(given, kept):
    assert uploads.safe_name(given) == kept


def test_two_uploads_of_one_name_are_both_kept_and_then_gone():
    with uploads.spooled([("a.xml", b"1"), ("a.xml", b"2")]) as paths:
        assert [path.read_bytes() for path in paths] == [b"1", b"2"]
        assert [path.name for path in paths] == ["a.xml", "a.xml"]
    assert not any(path.exists() for path in paths)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("1234.5", "1,234.50 EUR"),
        ("-0.005", "-0.005 EUR"),
        ("", ""),
        ("n/a", "n/a"),
        ("NaN", "NaN"),
    ],
)
def test_money_is_shown_to_the_cent_without_losing_a_digit(amount, shown):
    assert markup.money(amount, "EUR" if shown.endswith("EUR") else "") == shown


def test_markdown_of_a_document_is_not_markdown_of_the_page():
    assert markup.plain("**a** [x](y) :red[z] $1") == r"\*\*a\*\* \[x\]\(y\) \:red\[z\] \$1"


def test_a_job_reports_progress_result_and_failure():
    going = threading.Event()
    seen = threading.Event()

    def work(progress):
        progress(1, 4, "first")
        going.set()
        seen.wait(10)
        return 42

    job = jobs.start("count", "Counting", work)
    assert going.wait(10)
    assert (job.share, job.label) == (0.25, "first")
    assert jobs.start("count", "Counting", work) is job, "one job of a key at a time"
    seen.set()
    assert job.finished.wait(10)
    assert job.result == 42
    jobs.forget("count")

    def fail(progress):
        raise ValueError("the cure")

    broken = jobs.start("count", "Counting", fail)
    assert broken.finished.wait(10)
    assert broken.error == "the cure"


def test_a_job_stops_where_it_reports_progress_and_says_how_far_it_came():
    going, asked = threading.Event(), threading.Event()
    finished = []

    def work(progress):
        for number in range(1, 5):
            finished.append(number)
            going.set()
            asked.wait(10)
            progress(number, 4, "")

    job = jobs.start("stop", "Reading", work)
    assert going.wait(10)
    job.stopping.set()
    asked.set()
    assert job.finished.wait(10)
    assert finished == [1]
    assert job.error == "after 1 of 4; what was done is saved"


def test_values_are_found_on_the_page_by_place_and_by_spelling():
    words = (Word(text="INV-7", box=(10, 10, 50, 20)), Word(text="1,234.50", box=(60, 10, 99, 20)))
    document = Document(
        sha256="0" * 64,
        name="a.pdf",
        media_type="application/pdf",
        size=1,
        pages=(Page(number=0, width=200, height=300, words=words),),
    )
    places = {"total": Span(document="0" * 64, page=0, box=(1, 2, 3, 4))}
    assert pagesheet.boxes_of(document, places, ["inv-7", "9"]) == [
        (0, (1, 2, 3, 4)),
        (0, (10, 10, 50, 20)),
    ]


def test_a_page_is_drawn_with_its_boxes_and_a_broken_file_gives_none(tmp_path):
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    path = tmp_path / "a.pdf"
    pen = canvas.Canvas(str(path), pagesize=(200, 300))
    pen.drawString(20, 250, "Invoice")
    pen.save()
    document = Document(
        sha256="0" * 64,
        name="a.pdf",
        media_type="application/pdf",
        size=1,
        pages=(Page(number=0, width=200, height=300),),
    )
    sheet = pagesheet.sheet(document, path.read_bytes(), 0)
    plain, boxed = sheet.png(), sheet.png([(15, 35, 80, 60)])
    assert plain[:4] == boxed[:4] == b"\x89PNG"
    assert plain != boxed
    assert pagesheet.sheet(document, b"%PDF-1.4 broken", 0) is None


def test_a_scan_on_its_side_is_drawn_upright_and_what_is_cut_out_shows_the_place():
    page = Image.new("RGB", (300, 200), "white")
    page.paste("black", (40, 30, 80, 45))  # a word, near the left top corner of the upright page
    out = io.BytesIO()
    page.rotate(90, expand=True).save(out, "PNG")  # it came turned to the left
    document = Document(
        sha256="0" * 64,
        name="a.png",
        media_type="image/png",
        size=1,
        pages=(Page(number=0, width=300, height=200, turned=90),),
    )
    sheet = pagesheet.sheet(document, out.getvalue(), 0)
    assert sheet.image.size == (300, 200)
    assert sheet.image.getpixel((60, 37))[0] < 60
    crop = Image.open(io.BytesIO(sheet.crop((40, 30, 80, 45)))).convert("RGB")
    assert crop.width < 250
    assert min(crop.convert("L").getdata()) < 60
    assert sheet.image.getpixel((150, 100))[0] > 200


def test_the_server_listens_on_this_machine_alone_and_tells_nobody():
    command = launch.command(8600)
    assert "--server.port=8600" in command
    assert "--server.address=localhost" in command
    settings = tomllib.loads(launch.APP.with_name(".streamlit").joinpath("config.toml").read_text())
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["client"]["toolbarMode"] == "minimal"


def test_a_table_cannot_be_downloaded_past_the_exports():
    settings = tomllib.loads(launch.APP.with_name(".streamlit").joinpath("config.toml").read_text())
    assert settings["client"]["disableDataExport"] is True
