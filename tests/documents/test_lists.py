"""CSV and XLSX give rows under the row that names the columns."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from slmapps.documents import Limits, open_document
from tests.documents.making import workbook, zipped


def table(data: bytes, **limits):
    document, problems = open_document(data, limits=Limits(**limits))
    assert problems == []
    assert document is not None
    return document.tables[0]


def codes(data: bytes, **limits) -> list[str]:
    return [problem.code for problem in open_document(data, limits=Limits(**limits))[1]]


ROWS = [
    ["Datum", "Lieferant", "Betrag"],
    ["31.01.2025", "Müller & Söhne", "1.234,50"],
    ["01.02.2025", "Bach", "3,00"],
]


@pytest.mark.parametrize("sign", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_delimiter_and_encoding_are_found(sign, encoding, end) -> None:
    found = table(end.join(sign.join(row) for row in ROWS).encode(encoding))
    assert found.columns == ("Datum", "Lieferant", "Betrag")
    assert found.rows == (tuple(ROWS[1]), tuple(ROWS[2]))


def test_quoted_cells_may_hold_delimiters_quotes_and_line_breaks() -> None:
    found = table(b'name,text,amount\nA,"one, ""two""\nthree",5\nB,x,6\n')
    assert found.rows[0] == ("A", 'one, "two"\nthree', "5")


def test_the_header_need_not_be_the_first_row() -> None:
    data = "Ledger of Brook Bakery;;\nprinted 31.12.2024;;\n;;\nDatum;Lieferant;Betrag\n01.02.2025;Bach;3,00\n"
    found = table(data.encode())
    assert found.columns == ("Datum", "Lieferant", "Betrag")
    assert found.first_row == 5


def test_a_list_without_a_header_keeps_all_its_rows_and_says_so() -> None:
    document, problems = open_document(b"2025-01-31,Mill,12.50\n2025-02-01,Brook,3\n")
    assert document is not None
    assert len(document.tables[0].rows) == 2
    assert document.tables[0].columns == ("column 1", "column 2", "column 3")
    assert [problem.code for problem in problems] == ["no-header"]


def test_ragged_rows_and_equal_names_are_evened_out() -> None:
    found = table(b"a,b,a\n1,2\n1,2,3,4\n\n,,\n5,6,7\n")
    assert found.columns == ("a", "b", "a (2)", "column 4")
    assert found.rows == (("1", "2", "", ""), ("1", "2", "3", "4"), ("5", "6", "7", ""))


def test_a_workbook_gives_dates_and_numbers_as_plain_text() -> None:
    rows = [
        ["Date", "Supplier", "Amount", "Paid"],
        [date(2025, 1, 31), "Mill", 1234.5, True],
        [datetime.fromisoformat("2025-02-01T14:30"), "Brook", 0.1 + 0.2, None],
        [None, "Bach", 10_000_000_000, None],
    ]
    found = table(workbook({"Lines": rows}))
    assert found.name == "Lines"
    assert found.rows == (
        ("2025-01-31", "Mill", "1234.5", "True"),
        ("2025-02-01 14:30:00", "Brook", "0.3", ""),
        ("", "Bach", "10000000000", ""),
    )


def test_every_visible_sheet_is_a_table() -> None:
    document, _ = open_document(
        workbook({"a": [["x", "y"], ["1", "2"]], "b": [["u", "v"], ["3", "4"]]})
    )
    assert document is not None
    assert [found.name for found in document.tables] == ["a", "b"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b" " * 150_000_000}), "workbook-too-large"),
        (zipped({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b"0" * 40_000_000}), "workbook-too-large"),
        (zipped({"xl/workbook.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><workbook/>"}), "workbook-too-large"),
        (zipped({f"xl/worksheets/{n}.xml": b"" for n in range(3000)}), "workbook-too-large"),
        (zipped({"xl/workbook.xml": b"not xml"}), "workbook-broken"),
    ],
)  # fmt: skip
def test_a_workbook_that_would_burst_is_not_unpacked(data, code) -> None:
    assert codes(data) == [code]


def test_a_sheet_that_lies_about_its_size_is_read_by_its_cells() -> None:

    source = zipfile.ZipFile(io.BytesIO(workbook({"a": [["x", "y"], ["1", "2"]]})))
    parts = {name: source.read(name) for name in source.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    assert b"XFD" in parts[sheet]
    assert table(zipped(parts)).rows == (("1", "2"),)


def test_limits_on_rows_columns_lines_and_cells() -> None:
    rows = b"a,b\n" + b"1,2\n" * 50
    assert codes(rows, max_rows=20) == ["too-many-rows"]
    assert codes(rows + b"," * 600 + b"\n") == ["too-many-columns"]
    assert codes(rows + b"x" * 200 + b",1\n", max_line=100) == ["line-too-long"]
    assert codes(rows + b'"' + b"x\n" * 500, max_cell=100) == ["cell-too-long"]
    assert codes(workbook({"a": [["x", "y"], *([["1", "2"]] * 50)]}), max_rows=20) == [
        "too-many-rows"
    ]


def test_dates_are_known_by_their_format_and_numbers_by_their_digits() -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["when", "what"])
    formats = {
        "yyyy-mm-dd": "2025-02-03", "dd.mm.yy": "2025-02-03", "[$-407]d. mmmm yyyy": "2025-02-03",
        "General": "45691", '0.00 "days"': "45691", "#,##0.00": "45691", "0.00E+00": "45691",
    }  # fmt: skip
    for form in formats:
        sheet.append([45691, form])
        sheet.cell(sheet.max_row, 1).number_format = form
    for number in (1e21, 1e-7, 0.1 + 0.2, -12.5, 3_000_000_000):
        sheet.append([number, "number"])
    written = io.BytesIO()
    book.save(written)
    found = [row[0] for row in table(written.getvalue()).rows]
    assert found[: len(formats)] == list(formats.values())
    assert found[len(formats) :] == [
        "1000000000000000000000",
        "0.0000001",
        "0.3",
        "-12.5",
        "3000000000",
    ]


def test_days_since_1904_hidden_sheets_and_gaps() -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    sheet.append(["when", "a", None, "c"])
    sheet["A2"], sheet["D2"] = date(2025, 2, 3), "far"
    book.create_sheet("hidden").append(["x", "y"])
    book["hidden"].sheet_state = "hidden"
    written = io.BytesIO()
    book.save(written)
    document, problems = open_document(written.getvalue())
    assert problems == []
    assert document is not None
    (only,) = document.tables
    assert only.columns == ("when", "a", "column 3", "c")
    assert only.rows == (("2025-02-03", "", "", "far"),)


def package(sheet: str, texts: str = "") -> bytes:
    return zipped(
        {
            "xl/workbook.xml": b'<workbook xmlns:r="urn:r"><sheets><sheet name="s" r:id="a"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": b'<Relationships><Relationship Id="a" Target="/xl/worksheets/s.xml"/></Relationships>',
            "xl/worksheets/s.xml": sheet.encode(),
            "xl/sharedStrings.xml": f"<x:sst xmlns:x='urn:x'>{texts}</x:sst>".encode(),
        }
    )


def test_prefixes_rich_texts_and_phonetic_guides() -> None:
    texts = "<x:si><x:r><x:t>rich </x:t></x:r><x:r><x:t>text</x:t></x:r><x:rPh><x:t>no</x:t></x:rPh></x:si>"
    cells = "<p:c t='s'><p:v>0</p:v></p:c><p:c><p:f>1+1</p:f><p:v>2</p:v></p:c>"
    header = "<p:c t='inlineStr'><p:is><p:t>a</p:t></p:is></p:c><p:c t='str'><p:v>b</p:v></p:c>"
    sheet = f"<p:worksheet xmlns:p='urn:p'><p:sheetData><p:row>{header}</p:row><p:row>{cells}</p:row></p:sheetData></p:worksheet>"
    found = table(package(sheet, texts))
    assert found.columns == ("a", "b")
    assert found.rows == (("rich text", "2"),)


def test_a_cell_far_out_does_not_fill_the_row_up_to_it() -> None:
    rows = "<row><c r='A1'><v>1</v></c><c r='XFD1'><v>1</v></c></row>" * 3
    assert codes(package(f"<worksheet><sheetData>{rows}</sheetData></worksheet>")) == [
        "too-many-columns"
    ]
    bomb = "<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet>&b;</worksheet>"
    assert codes(package(" " * 5000 + bomb)) == ["workbook-broken"]
