"""The domain records of the earnings desk: a Call as it was read, and a ScoredCall.

Design choices:

* Every piece of text is a character range of :attr:`Call.text`, and its ``text`` is exactly that
  slice: a number on the page can always open the words that made it.
* ``Call.text`` is the file's own text where the file is text (decoded, line breaks untouched), and
  what was lifted out of it, in reading order, where it is JSON, HTML or PDF.
* Sentences that are not scored (operator, safe harbour, pleasantries) stay in the record, marked,
  so that a reader of the page sees what was left out.
* Tone is additive: a call's score is the sum of its sentences' contributions.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "DIMENSIONS",
    "SENTIMENTS",
    "Action",
    "Answer",
    "Call",
    "Exchange",
    "Guidance",
    "Kind",
    "Level",
    "Opinion",
    "Participant",
    "Role",
    "ScoredCall",
    "Section",
    "Sentence",
    "SentenceKind",
    "TargetOpinion",
    "TimeSource",
    "TopicScore",
    "Turn",
]

SENTIMENTS = ("negative", "neutral", "positive")
DIMENSIONS = ("CLEAR", "ASSERTIVE", "CAUTIOUS", "OPTIMISTIC", "SPECIFIC", "RELEVANT")
"""The six of SubjECTive-QA (Pardawala et al. 2024), each 0, 1 or 2."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(StrEnum):
    """What a file turned out to be; all but ``call`` are refused, and ``Call.reason`` says why."""

    CALL = "call"
    EVENT_BRIEF = "event_brief"
    PRESS_RELEASE = "press_release"
    OTHER = "other"


class Role(StrEnum):
    """Who speaks."""

    CEO = "ceo"
    CFO = "cfo"
    OTHER_MANAGEMENT = "other_management"
    INVESTOR_RELATIONS = "investor_relations"
    ANALYST = "analyst"
    OPERATOR = "operator"
    UNKNOWN = "unknown"


class Section(StrEnum):
    """The two parts of a call."""

    PREPARED = "prepared"
    QA = "qa"


class TimeSource(StrEnum):
    """How the time of the call is known: printed, guessed from a greeting, or not at all.

    A greeting ("Good morning") tells the half of the day only; ``Call.event_time`` is then None
    and no intraday window may be built on it.
    """

    HEADER = "header"
    GREETING = "greeting"
    UNKNOWN = "unknown"


class SentenceKind(StrEnum):
    """Only ``content`` is scored."""

    CONTENT = "content"
    OPERATOR = "operator"
    BOILERPLATE = "boilerplate"
    PLEASANTRY = "pleasantry"


class Participant(_Record):
    """Someone in the list of participants or, where there is none, someone who speaks."""

    name: str
    role: Role = Role.UNKNOWN
    title: str = ""
    firm: str = ""


class Turn(_Record):
    """One person speaking until the next does; ``number`` counts from 0 over the whole call."""

    number: int
    speaker: str
    role: Role
    section: Section
    title: str = ""
    firm: str = ""
    start: int
    end: int
    text: str


class Sentence(_Record):
    """One sentence of a turn; ``number`` counts from 0 over the whole call."""

    number: int
    turn: int
    start: int
    end: int
    text: str
    kind: SentenceKind = SentenceKind.CONTENT


class Exchange(_Record):
    """A question and its answer, as numbers of turns; ``answer`` is empty where none came."""

    number: int
    asker: str
    responder: str
    question: tuple[int, ...]
    answer: tuple[int, ...]


class Call(_Record):
    """A transcript as it was read, or what was refused.

    ``event_time`` is aware, in the zone that was printed; ``event_date`` may be known without it.
    ``partial`` marks half a call: one that is still going on, or cut off.
    """

    file: str
    sha256: str
    kind: Kind
    reason: str = Field(default="", description="why it was refused")
    layout: str = Field(default="", description="streetevents, motley_fool, seeking_alpha …")
    partial: bool = False
    company: str = ""
    ticker: str = ""
    fiscal_year: int | None = None
    fiscal_quarter: int | None = None
    event_time: datetime | None = None
    event_date: date | None = None
    time_source: TimeSource = TimeSource.UNKNOWN
    participants: tuple[Participant, ...] = ()
    turns: tuple[Turn, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    text: str = ""

    @property
    def fiscal_period(self) -> str:
        """``2026Q3``, ``2026`` or ``""``."""
        if self.fiscal_year is None:
            return ""
        quarter = "" if self.fiscal_quarter is None else f"Q{self.fiscal_quarter}"
        return f"{self.fiscal_year}{quarter}"

    @property
    def firm(self) -> str:
        """What the calls of one firm have in common: its ticker, else its name."""
        return self.ticker or self.company


class TopicScore(_Record):
    """A topic that a sentence is about, with its calibrated probability."""

    topic: str
    confidence: float = Field(ge=0, le=1)


class TargetOpinion(_Record):
    """What a sentence says of one of several that it names; ``p`` as in :class:`Opinion`."""

    name: str
    start: int
    end: int
    p: tuple[float, float, float]


class Opinion(_Record):
    """What the model says of one content sentence; all shares within 0..1 and calibrated.

    ``p`` holds the probabilities of negative, neutral and positive. ``forward``: it speaks of what
    is to come. ``uncertain``: it hedges. ``guidance``: it gives, changes or confirms guidance.
    ``corrected`` names the fields that a person has set.
    """

    sentence: int
    p: tuple[float, float, float]
    forward: float
    uncertain: float
    guidance: float
    topics: tuple[TopicScore, ...] = ()
    targets: tuple[TargetOpinion, ...] = ()
    corrected: tuple[str, ...] = ()

    @property
    def sentiment(self) -> str:
        """The likeliest of :data:`SENTIMENTS`."""
        return SENTIMENTS[max(range(3), key=self.p.__getitem__)]

    @property
    def tone(self) -> float:
        """Positive less negative probability, -1..1."""
        return self.p[2] - self.p[0]


class Level(_Record):
    """One dimension of an answer: ``level`` 0, 1 or 2, and the probabilities of the three."""

    level: int
    p: tuple[float, float, float]


class Answer(_Record):
    """How a question was answered; ``levels`` by the names of :data:`DIMENSIONS`.

    ``evasion`` is the probability, within 0..1, that the question was not really answered;
    ``refusal`` the words that say so outright, where there are such words.
    """

    exchange: int
    levels: dict[str, Level]
    evasion: float
    refusal: str = ""


class Action(StrEnum):
    """What is done to a figure of the outlook."""

    GIVEN = "given"
    RAISED = "raised"
    KEPT = "kept"
    LOWERED = "lowered"
    WITHDRAWN = "withdrawn"


class Guidance(_Record):
    """One figure of the outlook as a sentence states it.

    ``metric`` is a stable name (``revenue``, ``eps``, ``gross_margin`` …); ``period`` as spoken
    made plain (``2026Q4``, ``2026``, or ``""``); ``low`` and ``high`` in ``unit``: a currency
    (``USD``), ``USD/share``, ``%``, ``bp`` or a counted thing; both None where only words were
    used. Scale words are worked out: "1.2 billion" is 1200000000.
    """

    sentence: int
    metric: str
    period: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    action: Action = Action.GIVEN
    growth: bool = Field(default=False, description="the figure is a change, not a level")
    confidence: float = Field(default=1.0, ge=0, le=1)


class ScoredCall(_Record):
    """A Call with everything that the model says of it."""

    call: Call
    opinions: tuple[Opinion, ...] = ()
    answers: tuple[Answer, ...] = ()
    guidance: tuple[Guidance, ...] = ()
    key_points: tuple[int, ...] = Field(default=(), description="numbers of sentences, best first")
    model_version: str = ""
    fingerprint: str = Field(default="", description="of the backbone with its adapter")
