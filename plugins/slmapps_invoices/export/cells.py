"""Text made safe for a cell, a ledger line or a narrow character set.

Design choices:

* A cell that a spreadsheet could take for a formula gets an apostrophe in front (OWASP, "CSV
  Injection"); a plain number, negative ones too, stays a number.
* Control and bidirectional control characters never leave the house: the first break files, the
  second make a line read differently from what it says.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

__all__ = ["csv_bytes", "formula_free", "is_formula", "latin", "one_line", "safe_cell"]

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]+")
BIDI = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*")
# The full-width forms are taken for their plain ones by some spreadsheets in East Asian locales.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def one_line(text: str, limit: int | None = None) -> str:
    r"""``text`` on one line without control characters, at most ``limit`` characters.

    >>> one_line("two\r\nlines\x00 of  text"), one_line("sourdough", 6)
    ('two lines of text', 'sourd…')
    """
    plain = " ".join(CONTROLS.sub(" ", BIDI.sub("", text)).split())
    if limit is not None and len(plain) > limit:
        return plain[: limit - 1].rstrip() + "…"
    return plain


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet may run this cell.

    >>> [is_formula(cell) for cell in ("=1+1", "-12.50", "-2+3", "'=1+1", "")]
    [True, False, True, False, False]
    """
    return cell.lstrip(" ").startswith(FORMULA_STARTS) and not NUMBER.fullmatch(cell)


def safe_cell(text: str, limit: int | None = None) -> str:
    """``text`` on one line, with an apostrophe in front where it could run as a formula.

    >>> safe_cell("=cmd|' /C calc'!A0")
    "'=cmd|' /C calc'!A0"
    """
    plain = one_line(text, limit)
    if not is_formula(plain):
        return plain
    return one_line("'" + plain, limit)


def latin(text: str) -> str:
    """``text`` in the characters of Windows-1252; accents fall off before a letter is lost.

    >>> latin("Żółty ser – 2 €"), latin("水")
    ('Zólty ser – 2 €', '?')
    """
    out = []
    for character in text.translate({ord("ł"): "l", ord("Ł"): "L", ord("đ"): "d", ord("ı"): "i"}):
        try:
            character.encode("cp1252")
            out.append(character)
        except UnicodeEncodeError:
            bare = "".join(c for c in unicodedata.normalize("NFKD", character) if ord(c) < 0x80)
            out.append(bare or ("" if unicodedata.combining(character) else "?"))
    return "".join(out)


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file in UTF-8 with Windows line ends; quotes only where they are needed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def formula_free(rows: Iterable[Sequence[str]]) -> bool:
    """Whether no cell of ``rows`` could run as a formula."""
    return not any(is_formula(cell) for row in rows for cell in row)
