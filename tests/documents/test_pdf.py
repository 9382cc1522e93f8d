"""PDFs give words with boxes and attachments, under limits, in a process that may die."""

from __future__ import annotations

import io
import os
import threading

import pikepdf
import pytest

from slmapps.documents import Limits, open_document
from slmapps.documents import pdf as pdf_module
from tests.documents.making import blank_pages, endless_page, pdf, saved

ATTACHED = b"<?xml version='1.0'?><data>1</data>"


def opened(data: bytes, **limits):
    document, problems = open_document(data, name="a.pdf", limits=Limits(**limits))
    assert problems == []
    assert document is not None
    return document


def codes(data: bytes, **limits) -> list[str]:
    return [problem.code for problem in open_document(data, limits=Limits(**limits))[1]]


def attached(names: list[str]) -> bytes:
    document = pikepdf.open(io.BytesIO(pdf([[(20, 100, "hello")]])))
    for name in names:
        document.attachments[name] = pikepdf.AttachedFileSpec(document, ATTACHED, filename=name)
    return saved(document)


def test_words_come_with_their_boxes_from_the_top_left() -> None:
    (page,) = opened(pdf([[(20, 180, "Total due"), (200, 20, "12,50")]])).pages
    assert (page.number, page.width, page.height) == (0, 300, 200)
    assert [word.text for word in page.words] == ["Total", "due", "12,50"]
    left, top, right, bottom = page.words[0].box
    assert 18 < left < 22 < right < 60
    assert 8 < top < 15 < bottom < 24
    assert page.words[2].box[1] > 170


def test_columns_of_one_row_are_not_joined_to_one_word() -> None:
    (page,) = opened(pdf([[(20, 100, "Oak"), (150, 100, "99,00")]])).pages
    assert [word.text for word in page.words] == ["Oak", "99,00"]


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_boxes_lie_on_the_page_as_it_is_shown(rotate) -> None:
    (page,) = opened(pdf([[(20, 180, "corner")]], rotate=rotate)).pages
    left, top, right, bottom = page.words[0].box
    assert 0 <= left < right <= page.width
    assert 0 <= top < bottom <= page.height
    assert (page.width, page.height) == (300, 200)


def test_pages_are_numbered_in_order() -> None:
    document = opened(pdf([[(9, 9, "one")], [(9, 9, "two")], [(9, 9, "three")]]))
    assert [(page.number, page.text) for page in document.pages] == [
        (0, "one"),
        (1, "two"),
        (2, "three"),
    ]
    assert document.text == "one\ntwo\nthree"


def test_attachments_are_found_under_any_name() -> None:
    names = ["factur-x.xml", "Rechnung März.xml", "no extension"]
    assert opened(attached(names)).attachments == dict.fromkeys(names, ATTACHED)


def test_an_attachment_that_no_list_names_is_found() -> None:
    document = pikepdf.open(io.BytesIO(attached(["a.xml"])))
    del document.Root.Names
    assert list(opened(saved(document)).attachments.values()) == [ATTACHED]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/vault/keys", "keys"),
        ("C:\\a\\b.xml", "b.xml"),
        ("..", "attachment"),
    ],
)
def test_an_attachment_name_never_becomes_a_path(name, kept) -> None:
    document, problems = open_document(attached([name]))
    assert document is not None
    assert list(document.attachments) == [kept]
    assert [problem.code for problem in problems] == ["attachment-name"]


def test_equal_names_lose_no_attachment() -> None:
    document, _ = open_document(attached(["a/x.xml", "b/x.xml"]))
    assert document is not None
    assert list(document.attachments) == ["x.xml", "x.xml (2)"]


def test_encryption_truncation_and_size_are_told_apart() -> None:
    whole = pdf([[(20, 100, "hello")]])
    document = pikepdf.open(io.BytesIO(whole))
    assert codes(saved(document, encryption=pikepdf.Encryption(user="u", owner="o"))) == [
        "pdf-encrypted"
    ]
    assert codes(saved(document, encryption=pikepdf.Encryption(user="", owner="o"))) == []
    assert codes(whole[: len(whole) // 3]) == ["pdf-broken"]
    assert codes(b"%PDF-1.7\n") == ["pdf-broken"]
    assert codes(blank_pages(400)) == ["too-many-pages"]
    assert codes(endless_page(3000), max_words=1000) == ["too-many-words"]


def test_a_deadline_ends_the_reading_and_the_next_file_is_read() -> None:
    assert codes(endless_page(400_000), max_seconds=0.3) == ["took-too-long"]
    assert opened(pdf([[(20, 100, "after")]])).text == "after"


def test_the_reader_may_die_and_the_next_file_is_read() -> None:
    opened(pdf([[(20, 100, "first")]]))
    child = pdf_module._process.child
    assert child is not None
    child.kill()
    child.wait()
    assert opened(pdf([[(20, 100, "second")]])).text == "second"


def test_memory_is_bounded() -> None:
    assert codes(endless_page(300_000), max_memory=200_000_000) == ["pdf-memory"]


def test_threads_and_forks_do_not_mix_answers_up() -> None:
    texts = [f"file{number}" for number in range(12)]
    found: dict[str, str] = {}

    def read(text: str) -> None:
        found[text] = opened(pdf([[(20, 100, text)]])).text

    threads = [threading.Thread(target=read, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {text: text for text in texts}
    child = os.fork()
    if child == 0:
        os._exit(0 if opened(pdf([[(20, 100, "fork")]])).text == "fork" else 1)
    assert opened(pdf([[(20, 100, "parent")]])).text == "parent"
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
