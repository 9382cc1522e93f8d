"""Guidance: the figures of the outlook that sentences state, read into records.

Design choices:

* The model says which sentences give guidance; rules read what it is. Whatever it marks, a figure
  of what was ("revenue was $5 billion") gives nothing.
* A sentence may lean on those before it in the turn: "For the fourth quarter:" names the period of
  what follows, and a figure without a metric is of the last one that was named.
* Figures that are compared with ("up from $4 billion") are left out; where they are the outlook
  until now they say which way it moved.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from slmapps_earnings.outlook import actions, amounts, metrics, periods
from slmapps_earnings.outlook.amounts import Amount
from slmapps_earnings.outlook.metrics import Mention
from slmapps_earnings.outlook.periods import Clock, Named
from slmapps_earnings.records import Action, Call, Guidance, Opinion, Role, SentenceKind

__all__ = ["Context", "clock_of", "read_guidance", "read_sentence"]

MARKED = 0.5
_SILENT = 4  # sentences without guidance after which a heading no longer holds
_MANAGEMENT = frozenset(
    {Role.CEO, Role.CFO, Role.OTHER_MANAGEMENT, Role.INVESTOR_RELATIONS, Role.UNKNOWN}
)
_DIRECTION = re.compile(
    r"\b(?:grow|grows|growing|increas\w*|improv\w*|expand\w*|declin\w*|decreas\w*|lower|higher|similar|in\s+line|consistent|comparable\s+to|accelerat\w*|moderat\w*|step\s+(?:up|down)|com(?:e|ing)\s+(?:down|up)|normali[sz]e\w*|stable|roughly\s+the\s+same|sequentially|soften|ease|compress|expansion|contract)\b",
    re.IGNORECASE,
)
_FALL = re.compile(
    r"\b(?:declin\w*|decreas\w*|fall\w*|drop\w*|contract\w*|lower\s+by|shrink\w*|headwinds?|drag|reduction|compress\w*|decelerat\w*|(?:down|lower)(?=\s*(?:by|in\s+the|sequentially|approximately|about|roughly)?\s*$))\b",
    re.IGNORECASE,
)
_RISE = re.compile(
    r"\b(?:grow\w*|increas\w*|ris\w+|up|expan\w*|improv\w*|tailwinds?|higher|above)\b",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"^(?:(?:and|so|now|then|ok|okay)[,\s]+)*(?:for|turning|looking|moving|in|with|as|on|shifting|regarding|our)\b",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"^(?:and|so|that|this|it|we|i|for|in|our|the|a|range|between|which|now|turning|looking)\b|^[$€£\d]",
    re.IGNORECASE,
)


@dataclass
class Context:
    """What the sentences before in the same turn leave: the period and metric last spoken of."""

    period: str = ""
    metric: Mention | None = None
    silent: int = 0
    heading: bool = field(default=False)


def clock_of(call: Call) -> Clock:
    """What ``call`` knows of time."""
    day = call.event_time.date() if call.event_time else call.event_date
    return Clock(call.fiscal_year, call.fiscal_quarter, day)


def read_guidance(
    call: Call,
    opinions: Sequence[Opinion],
    before: Sequence[Guidance] = (),
    *,
    marked: float = MARKED,
) -> tuple[Guidance, ...]:
    """The guidance of ``call``, from the sentences with a guidance probability >= ``marked``.

    ``before`` is what held until now, oldest first: where a sentence states no action of its own,
    it tells whether a figure was raised, kept or lowered. Questions of analysts give nothing.
    """
    said = {opinion.sentence: opinion.guidance for opinion in opinions}
    held = {(each.metric, each.period, each.unit, each.growth): each for each in before}
    clock = clock_of(call)
    found: list[Guidance] = []
    context, turn = Context(), -1
    for sentence in call.sentences:
        if sentence.turn != turn:
            context, turn = Context(), sentence.turn
        if sentence.kind is not SentenceKind.CONTENT or call.turns[turn].role not in _MANAGEMENT:
            continue
        chance = said.get(sentence.number, 0.0)
        if chance < marked:
            _remember(context, sentence.text, clock)
            continue
        for each in read_sentence(sentence.text, clock, context):
            earlier = held.get((each.metric, each.period, each.unit, each.growth))
            action = each.action
            if action is Action.GIVEN and earlier is not None:
                action = actions.moved(
                    actions.middle(each.low, each.high), actions.middle(earlier.low, earlier.high)
                )
            update = {"sentence": sentence.number, "action": action}
            update["confidence"] = round(each.confidence * chance, 4)
            found.append(each.model_copy(update=update))
    return tuple(found)


def read_sentence(text: str, clock: Clock, context: Context | None = None) -> list[Guidance]:
    """The guidance that one sentence states; ``context`` is read, and brought up to date."""
    context = context or Context()
    if text.rstrip().endswith("?") or actions.judged_on_guidance(text):
        _remember(context, text, clock)
        return []
    named = periods.named_periods(text, clock)
    known = metrics.mentions(text)
    given = _figures(text, named, known, context)
    given += _words(text, named, known, context, {each.metric for each in given})
    _remember(context, text, clock, bool(given))
    return given


def _figures(
    text: str, named: list[Named], known: list[Mention], context: Context
) -> list[Guidance]:
    found: list[Guidance] = []
    prior: dict[int, Amount] = {}
    used: set[int] = set()
    figures = [each for each in amounts.amounts(text) if not _in_period(each, named)]
    for place, figure in enumerate(figures):
        kind = actions.compared(text, figure.start)
        if kind == "prior" and found:
            prior[len(found) - 1] = figure
        if kind:
            continue
        told = actions.ahead(text, figure.start)
        if told is False or (told is None and not (context.period or named)):
            continue
        end = figures[place + 1].start if place + 1 < len(figures) else len(text)
        start = figures[place - 1].end if place else 0
        if re.match(r"\s+to\s+(?:a\s+new|an?\s+)", text[figure.end : end]) and re.search(
            r"\bby\s*(?:about\s*)?$", text[: figure.start]
        ):
            continue  # "by $100 million to a new range of …"
        mention, certain = _metric_of(text, figure, known, used, start, end, context)
        if mention is None:
            continue
        record = _record(text, figure, mention)
        if record is None:
            continue
        if (
            place
            and found
            and re.search(
                r"\bmean(?:s|ing)?\b|\bthat\s+is\b", text[figures[place - 1].end : figure.start]
            )
        ):
            found.pop()  # "low to mid single digits, and by that I mean 1% to 3%"
        used.add(mention.start)
        action, _ = actions.stated(text, figure.start)
        period = _period_of(text, figure, named, end, context)
        found.append(
            record.model_copy(
                update={"action": action, "period": period, "confidence": 1.0 if certain else 0.7}
            )
        )
    for number, figure in prior.items():
        now = found[number]
        if now.action in (Action.GIVEN, Action.KEPT):
            action = actions.moved(
                actions.middle(now.low, now.high), actions.middle(figure.low, figure.high)
            )
            found[number] = now.model_copy(update={"action": action})
    return found


def _in_period(figure: Amount, named: list[Named]) -> bool:
    return any(each.start < figure.end and figure.start < each.end for each in named)


def _metric_of(
    text: str,
    figure: Amount,
    known: list[Mention],
    used: set[int],
    start: int,
    end: int,
    context: Context,
) -> tuple[Mention | None, bool]:
    """The metric that a figure is of: just behind it ("$50 million of capex"), else before it."""
    behind = [each for each in known if figure.end <= each.start < end and _fits(figure, each)]
    front = [each for each in known if each.end <= figure.start and _fits(figure, each)]
    if behind:
        gap = text[figure.end : behind[0].start]
        close = re.fullmatch(
            r"\s*(?:(?:of|in|for|worth|annual|total|new|paid|net|additional|aircraft|in\s+our|[\w-]+)\s+){0,3}",
            gap,
        )
        tail = text[behind[0].end : end]
        leads = re.match(
            r"\s*(?:growth\s+|guidance\s+)?(?:of|between|at|to\s+be|in\s+the\s+range|will|should|is|are|to)\b",
            tail,
        )
        free = not front or front[-1].start in used or front[-1].end < start
        if close and not (leads and end < len(text)) and " and " not in gap and (
            free or re.fullmatch(r"\s*(?:of\s+|in\s+)?(?:\w+\s+)?", gap)
        ) and not (front and front[-1].start not in used and re.search(r"\b(?:of|at|be|between)\s*(?:\w+\s+)?$", text[front[-1].end : figure.start]) and "growth" not in gap):  # fmt: skip
            return behind[0], True
    if front:
        return front[-1], True
    if behind:
        return behind[0], False
    if (
        context.metric is not None
        and _LEANS.match(text)
        and _fits(figure, context.metric)
        and not known
    ):
        return context.metric, False
    return None, False


def _fits(figure: Amount, mention: Mention) -> bool:
    kind, unit = mention.metric.kind, figure.unit
    if unit in {"%", "bp"}:
        return kind != "share" or unit == "%"
    if unit:
        if kind == "share":
            top = max(abs(each) for each in (figure.low, figure.high) if each is not None)
            return not figure.scaled and top < 1000
        return kind == "money" or mention.metric.name in {"currency_effect", "credit_losses"}
    return kind == "count" or (figure.scaled and kind == "money" and mention.metric.name == "gmv")


def _record(text: str, figure: Amount, mention: Mention) -> Guidance | None:
    kind, unit = mention.metric.kind, figure.unit
    low, high = figure.low, figure.high
    around = text[max(0, figure.start - 40) : figure.start]
    share = unit in {"%", "bp"}
    of_sales = re.match(r"\s*of\s+(?:net\s+|total\s+)?(?:sales|revenues?)", text[figure.end :])
    growth = figure.change or (share and (unit == "bp" or kind != "rate") and not of_sales)
    if kind == "rate" and figure.signed and share:
        growth = True
    if growth and kind == "rate" and figure.flat and unit == "%":
        unit = "bp"
    tail = text[figure.end : figure.end + 25]
    if mention.metric.name == "currency_effect":
        spoken = mention.name and text[mention.start : mention.end]
        falls = bool(re.search(r"headwind|drag", f"{spoken} {tail} {around}", re.IGNORECASE))
    else:
        before, rises = _FALL.search(around[-28:]), _RISE.search(around[-16:])
        falls = bool(before and not rises) or bool(
            re.match(r"\s*(?:to\s+)?(?:decline|decrease|reduction|drop|contraction)", tail)
        )
    if (
        mention.metric.name == "other_income"
        and re.search(r"expense", text[mention.start : mention.end])
        and "income" not in text[mention.start : mention.end]
    ):
        falls = True
    if (
        falls
        and (growth or mention.metric.name in {"currency_effect", "other_income"})
        and not figure.signed
    ):
        low, high = (None if high is None else -high), (None if low is None else -low)
    if kind == "share" and unit not in {"%", "bp"}:
        unit = f"{unit}/share"
    if kind == "count" and not unit:
        unit = mention.metric.unit
    if not unit:
        return None
    return Guidance(sentence=0, metric=mention.name, low=low, high=high, unit=unit, growth=growth)


def _period_of(text: str, figure: Amount, named: list[Named], end: int, context: Context) -> str:
    behind = [each for each in named if figure.end <= each.start < end]
    front = [each for each in named if each.end <= figure.start]
    if behind and re.fullmatch(r"[\s,]*(?:(?:[\w-]+)\s+){0,6}", text[figure.end : behind[0].start]):
        return behind[0].period
    if front:
        return front[-1].period
    rest = [each for each in named if each.start >= figure.end]
    return rest[0].period if rest else context.period


def _words(
    text: str, named: list[Named], known: list[Mention], context: Context, done: set[str]
) -> list[Guidance]:
    """Guidance without a figure: "we expect margins to improve", "we reiterate our outlook"."""
    if done:
        return []
    period = named[0].period if named else context.period
    action, said = actions.stated(text)
    if said and actions.named_outlook(text):
        name = known[0].name if known else "outlook"
        if action is not Action.WITHDRAWN and not known and amounts.amounts(text):
            return []
        return [Guidance(sentence=0, metric=name, period=period, action=action, confidence=0.8)]
    found = []
    for place, mention in enumerate(known):
        if not mention.metric.wordy or not (named or context.period):
            continue
        end = known[place + 1].start if place + 1 < len(known) else len(text)
        told = actions.ahead(text, mention.end)
        if told and _DIRECTION.search(text[mention.end : min(end, mention.end + 70)]):
            found.append(
                Guidance(sentence=0, metric=mention.name, period=period, growth=True, action=action,
                         confidence=0.6)
            )  # fmt: skip
            break
    return found


def _remember(context: Context, text: str, clock: Clock, given: bool = False) -> None:
    named = periods.named_periods(text, clock)
    known = metrics.mentions(text)
    heads = given or _HEADING.match(text) or not amounts.amounts(text)
    if named and heads and named[-1].period:
        context.period, context.silent = named[0 if not given else -1].period, 0
    elif given:
        context.silent = 0
    else:
        context.silent += 1
        if context.silent > _SILENT:
            context.period = ""
    context.metric = known[-1] if known else None
