"""A file is opened as what it is, whatever it is called."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from slmapps.documents import Limits, open_document
from tests.documents.making import pdf, signed, workbook, zipped

XML = b"<?xml version='1.0'?><note><to>Ida</to></note>"
LIST = b"date,supplier,amount\n2025-01-31,Mill,12.50\n2025-02-01,Brook,3\n"


def opened(data: bytes, name: str = "x.bin"):
    document, problems = open_document(data, name=name)
    assert problems == []
    assert document is not None
    return document


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (pdf([[(20, 100, "hello")]]), "application/pdf"),
        (b"junk before\n" + pdf([[(20, 100, "hello")]]), "application/pdf"),
        (XML, "application/xml"),
        (b"\xef\xbb\xbf\n" + XML, "application/xml"),
        ("<?xml version='1.0' encoding='UTF-16'?><a/>".encode("utf-16"), "application/xml"),
        (LIST, "text/csv"),
        (gzip.compress(LIST), "text/csv"),
        (b"Dear Ida,\nthank you.\n", "text/plain"),
        (signed(XML), "application/xml"),
    ],
)
@pytest.mark.parametrize("name", ["invoice.pdf", "invoice.xml", "list.xlsx", "no extension"])
def test_the_bytes_decide_and_not_the_name(data, kind, name) -> None:
    assert opened(data, name).media_type == kind


def test_a_document_is_known_by_the_hash_of_the_file_as_it_came() -> None:
    packed = gzip.compress(LIST)
    document = opened(packed)
    assert document.sha256 == hashlib.sha256(packed).hexdigest()
    assert document.size == len(packed)


@pytest.mark.parametrize("chunks", [1, 3])
@pytest.mark.parametrize("text", [False, True])
def test_the_content_of_a_signed_envelope_is_read(chunks, text) -> None:
    content = XML.replace(b"Ida", b"Ida " * 300)
    assert opened(signed(content, chunks=chunks, text=text)).xml == content


def test_a_damaged_envelope_is_a_problem() -> None:
    document, problems = open_document(signed(XML)[:60], name="a.p7m")
    assert document is None
    assert [problem.code for problem in problems] == ["file-kind"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-empty"),
        (gzip.compress(b""), "file-empty"),
        (b"\x00" * 4000, "file-kind"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "picture-broken"),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 50, "file-kind"),
        (zipped({"a.txt": b"a"}), "file-kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "file-kind"),
        (b"<!DOCTYPE html><html><body>hi</body></html>", "file-kind"),
        (b"date,amount\n2025-01-31,5\x00\n" * 40, "nul-bytes"),
        (b"<invoice><a></invoice>", "xml-broken"),
        (gzip.compress(LIST)[:20], "gzip-broken"),
        (workbook({"a": [[1]]})[:300], "file-kind"),
        (workbook({"a": []}), "no-rows"),
        (b";", "no-rows"),
    ],
)
def test_what_cannot_be_read_says_so_with_a_cure(data, code) -> None:
    document, problems = open_document(data, name="x")
    assert document is None
    assert [problem.code for problem in problems] == [code]
    assert problems[0].cure
    assert problems[0].file == "x"


def test_missing_files_and_folders_are_problems(tmp_path: Path) -> None:
    for path in (tmp_path / "none.pdf", tmp_path):
        document, problems = open_document(path)
        assert document is None
        assert [problem.code for problem in problems] == ["file-missing"]


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(LIST)
    _, problems = open_document(path, limits=Limits(max_bytes=20))
    assert [problem.code for problem in problems] == ["file-too-large"]
    _, problems = open_document(gzip.compress(LIST * 100), limits=Limits(max_bytes=1000))
    assert [problem.code for problem in problems] == ["file-too-large"]
