"""The spine: the five words that every desk speaks.

Design choices:

* Pydantic models, frozen: a record is a fact, and a fact that changes is a new record.
* Values inside a ``Prediction`` are JSON scalars. Money travels as a decimal string here and as
  ``decimal.Decimal`` in the desks' own records, so that nothing passes through a binary float.
* A ``Span`` names one place in one Document in exactly one of four ways: a box on a page, a
  character range, a table row (and column), or an XML path.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "Alternative",
    "Correction",
    "Document",
    "Evidence",
    "EvidenceKind",
    "Page",
    "Prediction",
    "Problem",
    "Severity",
    "Span",
    "Status",
    "Table",
    "Word",
    "now",
]


def now() -> datetime:
    """The present moment, aware and in UTC."""
    return datetime.now(UTC)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Record):
    """A place in a Document.

    ``box`` is ``(left, top, right, bottom)`` in points from the page's top left corner; ``start``
    and ``end`` are character offsets into ``Document.text``; ``row`` counts from 0 in the
    table ``table``; ``path`` is an absolute XPath into ``attachment`` (or into the file itself).
    """

    document: str = Field(description="sha256 of the Document, hex")
    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    start: int | None = None
    end: int | None = None
    table: int | None = None
    row: int | None = None
    column: str | None = None
    path: str | None = None
    attachment: str | None = None


class Severity(StrEnum):
    """How much a Problem matters: ``error`` stops the record, ``warning`` sends it to review."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Problem(_Record):
    """What could not be read or does not add up, and how to mend it.

    ``code`` is a stable name that tests and programs may rely on: a rule (``BR-CO-10``) or a
    kebab-case word (``file-too-large``). ``cure`` tells the reader what to do next.
    """

    code: str
    message: str
    cure: str = ""
    severity: Severity = Severity.ERROR
    where: Span | None = None
    file: str | None = None


class Word(_Record):
    """One word on a page; ``box`` as in :class:`Span`.

    ``confidence`` is below 1 where the word was recognised on a picture: that of its least certain
    letter, within 0..1.
    """

    text: str
    box: tuple[float, float, float, float]
    confidence: float = 1.0


class Page(_Record):
    """A page of a Document: width and height in points, words in reading order.

    A page that was recognised on a picture is the picture put upright: ``turned`` and
    ``straightened`` say how, in degrees, so that it can be drawn as its boxes lie.
    """

    number: int = Field(description="counts from 0")
    width: float
    height: float
    words: tuple[Word, ...] = ()
    turned: int = Field(default=0, description="clockwise: 0, 90, 180 or 270")
    straightened: float = Field(default=0.0, description="its lines fell to the right by so much")

    @property
    def text(self) -> str:
        """The page's words joined by single spaces."""
        return " ".join(word.text for word in self.words)


class Table(_Record):
    """Rows under named columns, as read from CSV or a worksheet; cells are text, ``""`` if empty.

    ``first_row`` is the row number (from 1, as a spreadsheet shows it) of ``rows[0]`` in the file.
    """

    name: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    first_row: int = 2


class Document(_Record):
    """What came in: its identity and everything that could be lifted out of it without a model."""

    sha256: str
    name: str
    media_type: str
    size: int = Field(description="bytes")
    pages: tuple[Page, ...] = ()
    tables: tuple[Table, ...] = ()
    text: str = ""
    xml: bytes | None = Field(default=None, description="the file itself, where it is XML")
    attachments: dict[str, bytes] = Field(default_factory=dict)


class EvidenceKind(StrEnum):
    """What a Prediction leans on."""

    SPAN = "span"
    PAST_CASE = "past_case"
    LABEL_TEXT = "label_text"
    RULE = "rule"
    WORDS = "words"


class Evidence(_Record):
    """One reason for a Prediction, in words a person understands; ``weight`` within 0..1."""

    kind: EvidenceKind
    text: str
    weight: float = 1.0
    span: Span | None = None
    value: str | None = None


class Alternative(_Record):
    """A runner-up value with its calibrated probability."""

    value: str
    confidence: float = Field(ge=0, le=1)


class Status(StrEnum):
    """``accepted`` within the error budget, ``review`` by a person, ``refused``: no suggestion."""

    ACCEPTED = "accepted"
    REVIEW = "review"
    REFUSED = "refused"


class Prediction(_Record):
    """One thing that a model says of one field of one item.

    ``value`` is None exactly when ``status`` is ``refused``; ``reason`` then says why.
    ``alternatives`` holds runner-up values, best first, without ``value`` itself.
    """

    field: str
    value: str | None
    confidence: float = Field(ge=0, le=1)
    alternatives: tuple[Alternative, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    status: Status = Status.REVIEW
    reason: str = ""
    model: str = ""
    version: str = ""
    fingerprint: str = Field(default="", description="of the backbone the model stands on")


class Correction(_Record):
    """One thing a person says of a Prediction: the right value, or that it was right as it is."""

    prediction_id: int
    field: str
    value: str
    right_as_is: bool = False
    who: str = ""
    when: datetime = Field(default_factory=now)
    note: dict[str, Any] = Field(default_factory=dict)
