"""Pages from pictures: scans and photos, and the pages of a PDF that are pictures.

Design choices:

* A page that was recognised is a Page like any other. That it was is said by an INFO Problem, and
  each Word carries its confidence.
* Boxes lie on the page put upright: one that came on its side, on its head or askew is turned
  first, for whoever reads a page wants rows that are rows. The Problem says how it was turned.
* A page whose time ran out is left as it was: half a page would look like a whole one.
"""

from __future__ import annotations

from slmapps.documents.limits import Deadline, Limits
from slmapps.documents.ocr import Reading, TooLateError, recognise
from slmapps.documents.pdf import draw_page
from slmapps.documents.pictures import pictures
from slmapps.records import Page, Problem, Severity, Span, Word

__all__ = ["read_pictures", "recognise_pages"]

Found = tuple[tuple[Page, ...], list[Problem]]

_UNSURE = 0.8
_SUREST = 0.9999  # only text that was never recognised is certain


def read_pictures(data: bytes, kind: str, sha256: str, limits: Limits) -> Found:
    """Give the pages of a picture; ``kind`` is its media type, ``sha256`` that of its Document."""
    deadline = Deadline(limits.max_picture_seconds)
    pages: list[Page] = []
    problems: list[Problem] = []
    try:
        for picture in pictures(data, kind, limits, deadline):
            if isinstance(picture, Problem):
                problems.append(picture)
                break
            reading = recognise(picture.pixels, deadline)
            page = _page(len(pages), reading, picture.scale)
            pages.append(page)
            problems.append(_said(page, reading, sha256))
    except TooLateError:
        problems.append(_late(len(pages), limits))
    except ImportError:
        problems.append(_missing("The file is a picture", Severity.ERROR))
    return tuple(pages), problems


def recognise_pages(
    data: bytes, pages: tuple[Page, ...], unread: tuple[int, ...], sha256: str, limits: Limits
) -> Found:
    """Give the pages of the PDF ``data``, those in ``unread`` with the words that they show.

    A page on which nothing is found stays as it is.
    """
    import numpy as np

    deadline = Deadline(limits.max_picture_seconds)
    found = list(pages)
    problems: list[Problem] = []
    for number in unread:
        drawn, troubles = draw_page(data, number, limits, deadline)
        if drawn is None:
            problems += troubles
            break
        width, height, grey = drawn
        flat = np.frombuffer(grey, np.uint8).reshape(height, width)
        try:
            reading = recognise(np.repeat(flat[:, :, None], 3, axis=2), deadline)
        except TooLateError:
            problems.append(_late(number, limits))
            break
        except ImportError:
            problems.append(_missing(f"Page {number + 1} is a picture", Severity.WARNING))
            break
        if reading.words:
            found[number] = _page(number, reading, pages[number].width / width)
            problems.append(_said(found[number], reading, sha256))
    return tuple(found), problems


def _page(number: int, reading: Reading, scale: float) -> Page:
    words = tuple(
        Word(
            text=text,
            box=(
                round(left * scale, 2),
                round(top * scale, 2),
                round(right * scale, 2),
                round(bottom * scale, 2),
            ),
            confidence=round(min(max(sure, 0.0), _SUREST), 4),
        )
        for text, sure, (left, top, right, bottom) in reading.words
    )
    return Page(
        number=number,
        width=round(reading.width * scale, 2),
        height=round(reading.height * scale, 2),
        words=words,
        turned=reading.turned,
        straightened=reading.straightened,
    )


def _said(page: Page, reading: Reading, sha256: str) -> Problem:
    where = Span(document=sha256, page=page.number)
    if not page.words:
        return Problem(
            code="page-without-words",
            message=f"No text was found on page {page.number + 1}.",
            cure="Check that it is the right file; scan it at 300 dpi, or photograph it closer.",
            severity=Severity.WARNING,
            where=where,
        )
    unsure = sum(1 for word in page.words if word.confidence < _UNSURE)
    words = f"{len(page.words)} words" + (f", {unsure} of them unsure" if unsure else "")
    turned = f"turned by {reading.turned} degrees" if reading.turned else ""
    askew = f"straightened by {abs(reading.straightened):.1f} degrees"
    changes = " and ".join(each for each in (turned, askew if reading.straightened else "") if each)
    return Problem(
        code="page-recognised",
        message=f"Page {page.number + 1} is a picture and was recognised: {words}"
        + (f"; it was {changes}." if changes else "."),
        cure="Compare amounts with the page before paying.",
        severity=Severity.INFO,
        where=where,
    )


def _late(number: int, limits: Limits) -> Problem:
    return Problem(
        code="took-too-long",
        message=f"Recognising the pages took more than {limits.max_picture_seconds:g} seconds; "
        f"from page {number + 1} on they are not read.",
        cure="Split the file, or allow more time.",
    )


def _missing(what: str, severity: Severity) -> Problem:
    return Problem(
        code="ocr-missing",
        message=f"{what}, and what recognises pictures is not installed.",
        cure="pip install 'slmapps[ocr]'",
        severity=severity,
    )
