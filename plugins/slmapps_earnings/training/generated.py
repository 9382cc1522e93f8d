"""Sentences of figures, made with their labels: what moved, which way, and whether that is good.

Hand-written sentences teach how people write. These teach the arithmetic of a results sentence
in more shapes than anyone would write down: figures in either order, costs that fall, losses that
narrow, a figure with nothing to compare it with, two figures that disagree. Every part is drawn
by itself, so that no word alone gives the label away.

What decides: of one measure, whether its move is good; of two, the one nearer to the bottom line
(earnings before profit, profit before margin, margin before orders, orders before sales); a figure
alone is neutral; so is "unchanged".
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from slmapps_earnings.training.words import (
    BAD,
    BAD_DOWN,
    BAD_UP,
    CAUSES,
    CURRENCIES,
    DOWN,
    FIRMS,
    FLAT,
    GOOD,
    PEOPLE,
    PLACES,
    SEGMENTS,
    STARTS,
    UNITS,
    UP,
)

__all__ = ["Made", "generate"]

NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2


@dataclass(frozen=True)
class Made:
    """A sentence with its labels; ``shape`` names the frame, by which sets are split.

    ``flags`` are forward-looking, uncertain, guidance; ``topic`` is one of the desk's names.
    """

    text: str
    sentiment: int
    flags: tuple[bool, bool, bool]
    topic: str
    shape: str


class _Writer:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.currency = self.chance.choice(CURRENCIES)

    def pick(self, items: object) -> str:
        """One of ``items``, a list or a string of alternatives parted by ``;``."""
        if isinstance(items, str):
            items = [each.strip() for each in items.split(";")]
        assert isinstance(items, (list, tuple))
        return str(self.chance.choice(items))

    # Figures

    def amount(self, kinds: str = "m") -> tuple[float, Callable[[float], str]]:
        """A value, and how it is written: money (m), a share (s) or a plain count (p)."""
        kind = self.chance.choice(kinds.replace("n", "s"))
        if kind == "s":
            form = self.pick("{:.1f} %;{:.1f}%;{:.1f} per cent;{:.1f} percent")
            return self.chance.uniform(2, 60), form.format
        if kind == "p":
            size = self.chance.choice([1, 10, 100, 1000])
            unit = self.pick(UNITS)
            return self.chance.uniform(1, 9.99) * size + 10, lambda x: f"{round(x):,} {unit}"
        before, scale = self.currency
        places = self.chance.choice([0, 1, 1, 1, 2])
        top = self.chance.choice([10, 100, 1000])
        return self.chance.uniform(0.3, 1) * top, lambda x: f"{before}{x:,.{places}f}{scale}"

    def two(self, up: bool, kinds: str = "m") -> tuple[str, str]:
        """A figure now and then, the first the greater where ``up``; never equal as written."""
        value, form = self.amount(kinds)
        while True:
            less = value * (1 - self.chance.uniform(0.02, 0.45))
            now, then = (form(value), form(less)) if up else (form(less), form(value))
            if now != then:
                return now, then
            value *= 1.7

    def change(self) -> str:
        """By how much: a share, points, or a word."""
        value = self.chance.uniform(0.4, 48)
        form = self.pick(
            "{:.0f}%;{:.1f}%;{:.0f} per cent;{:.1f} per cent;{:.0f} percent;{:.1f} %;{:.0f} %"
        )
        return form.format(max(value, 1.2))

    def period(self) -> str:
        return self.pick(
            "the first quarter;the second quarter;the third quarter;the fourth quarter;Q1;Q2;Q3;"
            "the first half;January-June;January-September;the full year;the review period;"
            "the reporting period;fiscal 2031;2029;the quarter;the nine-month period;the year;"
            "the six months to June;the period;the three months ended March 31"
        )

    def then(self) -> str:
        return self.pick(
            "a year earlier;the year before;in the corresponding period last year;a year ago;"
            "in the same period of 2028;in the prior-year quarter;in the previous quarter;"
            "last year;in the comparison period;for the same quarter a year ago;the prior year;"
            "in the second quarter of 2027;in the year-earlier period"
        )

    def framed(self, core: str) -> str:
        """The sentence round its core, which begins in lower case unless it begins with a name."""
        roll = self.chance.random()
        when = self.period()
        whose = self.pick(FIRMS)
        if roll < 0.30:
            text = f"{core}"
        elif roll < 0.45:
            text = f"in {when}, {core}"
        elif roll < 0.53:
            text = f"{core} in {when}"
        elif roll < 0.63:
            text = f"{whose} {self.pick('said;reported;says;announced;stated')} that {core}"
        elif roll < 0.70:
            text = f"{core}, {whose} {self.pick('said;reported;says')}"
        elif roll < 0.77:
            text = f"{core}, said {self.pick(PEOPLE)}"
        elif roll < 0.84:
            text = f"{self.pick(STARTS)} {core}"
        elif roll < 0.92:
            text = f"{core}, {self.pick(CAUSES)}"
        else:
            text = f"at {whose}, {core}"
        return f"{text[0].upper()}{text[1:]}."


@dataclass(frozen=True)
class _Measure:
    name: str
    topic: str
    rank: int
    kinds: str
    good: bool

    def verb(self, w: _Writer, up: bool) -> str:
        if self.good:
            return w.pick(UP if up else DOWN)
        return w.pick(BAD_UP if up else BAD_DOWN)

    def sense(self, up: bool) -> int:
        return POSITIVE if self.good == up else NEGATIVE


def _measure(w: _Writer, good: float, counted: bool = False) -> _Measure:
    """A measure, good when it rises with probability ``good``; ``counted`` wants one with figures."""
    is_good = w.chance.random() < good
    while True:
        names, topic, rank, kinds = w.chance.choice(GOOD if is_good else BAD)
        if not counted or kinds != "n":
            break
    name = w.pick(names)
    roll = w.chance.random()
    if roll < 0.15:
        name = f"{name} {w.pick('in;of;from')} {w.pick(SEGMENTS)}"
    elif roll < 0.3:
        name = f"{name} in {w.pick(PLACES)}"
    article = w.chance.random()
    plain = name.removeprefix("the ")
    if article < 0.35:
        whose = w.pick("the company's;our;the group's;its;the unit's;the parent company's")
        name = f"{whose} {plain}"
    elif article < 0.5:
        name = f"{w.pick(FIRMS)}'s {plain}"
    elif article < 0.55:
        name = f"the {plain}"
    return _Measure(name, topic, rank, kinds, is_good)


def _moved(w: _Writer) -> Made:
    up = w.chance.random() < 0.5
    measure = _measure(w, 0.65)
    name, verb, by = measure.name, measure.verb(w, up), w.change()
    now, then = w.two(up, measure.kinds)
    core, shape = w.chance.choice(
        [
            (f"{name} {verb} by {by}", "by"),
            (
                f"{name} {verb} {by} {w.pick('year-on-year;from a year ago;on the year;sequentially')}",
                "by",
            ),
            (f"{name} {verb} to {now} from {then}", "to from"),
            (f"{name} {verb} from {then} to {now}", "from to"),
            (f"{name} {verb} by {by} to {now}", "by to"),
            (f"{name} {verb} to {now}, compared with {then} {w.then()}", "to compared"),
            (f"{name} {verb}", "bare"),
            (
                f"{name} {verb} {by} to {now} {w.pick('year-on-year, from the level;against the figure')} {w.then()}",
                "by to",
            ),
        ]
    )
    return Made(
        w.framed(core), measure.sense(up), (False, False, False), measure.topic, f"moved {shape}"
    )


def _compared(w: _Writer) -> Made:
    """No word of direction: only the figures say it."""
    up = w.chance.random() < 0.5
    measure = _measure(w, 0.7, counted=True)
    name = measure.name
    now, then = w.two(up, measure.kinds)
    was = w.pick("was;totalled;amounted to;came in at;stood at;reached;came to")
    core, shape = w.chance.choice(
        [
            (f"{name} {was} {now}, compared with {then} {w.then()}", "compared"),
            (f"{name} {was} {now} compared to {then} {w.then()}", "compared"),
            (f"{name} {was} {now} versus {then} {w.then()}", "versus"),
            (f"{name} {was} {now} ({then})", "brackets"),
            (f"{name} {was} {now}, against {then} {w.then()}", "against"),
            (
                f"{name} {was} {now} in {w.period()}, {'up' if up else 'down'} from {then}",
                "up from",
            ),
            (f"{name}, which was {then} {w.then()}, {was} {now}", "earlier first"),
            (
                f"{name} {was} {now}, {'up' if up else 'down'} {w.change()} on {w.pick('the year;a like-for-like basis;the prior year')}",
                "up by",
            ),
        ]
    )
    return Made(
        w.framed(core), measure.sense(up), (False, False, False), measure.topic, f"two {shape}"
    )


def _result(w: _Writer) -> Made:
    """Losses and profits against each other."""
    what = w.pick(
        "operating;net;pretax;pre-tax;quarterly;first-half;full-year;underlying;bottom-line"
    )
    who = w.pick([w.pick(FIRMS), "the company", "the group", "we", "the division"])
    more, less = w.two(up=True)
    wider, closer = (
        w.pick("widened;grew;deepened;increased"),
        w.pick("narrowed;shrank;was reduced;was cut;halved;decreased"),
    )
    past = w.then()
    core, sense, shape = w.chance.choice(
        [
            (
                f"{who} {w.pick('swung to;turned to;returned to;posted')} a {what} profit of {more}, compared with a loss of {less} {past}",
                POSITIVE,
                "loss to profit",
            ),
            (
                f"{who} {w.pick('swung to;slipped to;fell to;posted;made')} a {what} loss of {less}, compared with a profit of {more} {past}",
                NEGATIVE,
                "profit to loss",
            ),
            (f"the {what} loss {closer} to {less} from {more} {past}", POSITIVE, "narrowed"),
            (f"the {what} loss {wider} to {more} from {less} {past}", NEGATIVE, "widened"),
            (
                f"{who} made a {what} loss of {less}, compared with a loss of {more} {past}",
                POSITIVE,
                "smaller loss",
            ),
            (
                f"{who} made a {what} loss of {more}, versus a loss of {less} {past}",
                NEGATIVE,
                "larger loss",
            ),
            (
                f"{who} {w.pick('reported;posted;booked;recorded')} a {what} loss of {more}",
                NEGATIVE,
                "loss alone",
            ),
            (
                f"{w.pick(FIRMS)}'s {what} {w.pick('profit;result')} was {more}, {w.pick('up from;improving from;a turnaround from')} a loss of {less} {past}",
                POSITIVE,
                "up from a loss",
            ),
            (
                f"{what} result was -{less}, {w.pick('compared with;against;versus')} -{more} {past}",
                POSITIVE,
                "minus smaller",
            ),
            (
                f"{what} result was -{more}, {w.pick('compared with;against;versus')} -{less} {past}",
                NEGATIVE,
                "minus larger",
            ),
            (
                f"{who} {w.pick('broke even;reached break-even')} after a {what} loss of {less} {past}",
                POSITIVE,
                "break-even",
            ),
            (
                f"{who} {w.pick('beat;exceeded;topped')} {w.pick('expectations;the consensus;our own targets')} with a {what} profit of {more}",
                POSITIVE,
                "beat",
            ),
            (
                f"the {what} profit of {less} {w.pick('missed;fell short of;was below')} {w.pick('expectations;the consensus;market forecasts')} of {more}",
                NEGATIVE,
                "missed",
            ),
        ]
    )
    return Made(w.framed(core), sense, (False, False, False), "results", f"result {shape}")


def _alone(w: _Writer) -> Made:
    """A figure with nothing beside it, or one that stayed where it was."""
    measure = _measure(w, 0.6, counted=True)
    name, topic = measure.name, measure.topic
    value, form = w.amount(measure.kinds)
    figure = form(value)
    was = w.pick("was;totalled;amounted to;came in at;stood at;came to")
    share = f"{w.chance.uniform(3, 70):.0f}%"
    core, shape = w.chance.choice(
        [
            (f"{name} {was} {figure}", "alone"),
            (f"{name} {was} {figure} in {w.period()}", "alone"),
            (f"{name} for {w.period()} {was} {figure}", "alone"),
            (f"{name} {w.pick(FLAT)}", "flat"),
            (f"{name} {w.pick(FLAT)} at {figure}", "flat"),
            (f"{w.pick(PLACES)} accounts for {share} of {name}", "share"),
            (
                f"{name} includes {figure} {w.pick('from the acquired business;of items affecting comparability;related to the pension plan;from associates')}",
                "includes",
            ),
            (
                f"{name} is reported {w.pick('under IFRS;net of tax;in constant currency;by segment;on a pro forma basis')}",
                "reported",
            ),
            (
                f"{w.pick(FIRMS)} publishes its report for {w.period()} on {w.chance.randint(1, 28)} {w.pick('April;May;July;August;October;February')}",
                "date",
            ),
            (
                f"{w.pick(SEGMENTS)} had {name} of {figure} and about {w.chance.randint(2, 90) * 50:,} employees",
                "and staff",
            ),
        ]
    )
    return Made(w.framed(core), NEUTRAL, (False, False, False), topic, f"alone {shape}")


def _both(w: _Writer) -> Made:
    """Two measures that disagree: the one nearer to the bottom line decides."""
    while True:
        one, other = _measure(w, 0.75), _measure(w, 0.75)
        if abs(one.rank - other.rank) >= 2:
            break
    up_one = w.chance.random() < 0.5
    up_other = up_one if one.good != other.good else not up_one
    by_one, by_other = (f" by {w.change()}" if w.chance.random() < 0.5 else "" for _ in range(2))
    if w.chance.random() < 0.2:
        against = w.pick("a rise in;higher") if up_one else w.pick("a fall in;lower")
        first = one.name if against.startswith("a ") else one.name.removeprefix("the ")
        core = f"{w.pick('despite;in spite of')} {against} {first}, {other.name} {other.verb(w, up_other)}{by_other}"
        sense = other.sense(up_other)
        return Made(w.framed(core), sense, (False, False, False), other.topic, "both despite")
    joint = w.pick(
        [", while", ", but", ", although", "; however,", ", whereas", ", even though", ", yet"]
    )
    core = f"{one.name} {one.verb(w, up_one)}{by_one}{joint} {other.name} {other.verb(w, up_other)}{by_other}"
    decides, up = (one, up_one) if one.rank > other.rank else (other, up_other)
    shape = f"both {joint.strip(' ,;')}"
    return Made(w.framed(core), decides.sense(up), (False, False, False), decides.topic, shape)


def _ahead(w: _Writer) -> Made:
    """What is expected: with a direction it has one, a figure alone is neutral guidance."""
    up = w.chance.random() < 0.5
    measure = _measure(w, 0.65, counted=True)
    name, topic = measure.name, measure.topic
    who = w.pick([w.pick(FIRMS), "the company", "management", "we", "the board", "the group"])
    expect = w.pick("expect;anticipate;forecast;project;are targeting;continue to expect;now see")
    if who != "we":
        expect = {
            "are targeting": "is targeting",
            "continue to expect": "continues to expect",
            "now see": "now sees",
        }.get(expect, f"{expect}s")
    value, form = w.amount(measure.kinds)
    low, high = form(value), form(value * w.chance.uniform(1.04, 1.3))
    ahead = w.pick(
        "next year;the current quarter;the full year;2032;the second half;the fourth quarter;fiscal 2033;the coming months"
    )
    grow = (
        w.pick("increase;rise;grow;improve;expand;accelerate")
        if up
        else w.pick("decrease;decline;fall;weaken;drop;contract")
    )
    hedge = w.pick("may;could;might;is likely to;should") if w.chance.random() < 0.5 else ""
    core, sense, flags, shape = w.chance.choice(
        [
            (
                f"{who} {expect} {name} to {grow} in {ahead}",
                measure.sense(up),
                (True, False, True),
                "direction",
            ),
            (
                f"{who} {expect} {name} to {grow} by {w.change()} in {ahead}",
                measure.sense(up),
                (True, False, True),
                "direction by",
            ),
            (
                f"{who} {expect} {name} {w.pick('of;between;in the range of')} {low} {w.pick('to;and')} {high} for {ahead}",
                NEUTRAL,
                (True, False, True),
                "range",
            ),
            (
                f"{who} {expect} {name} of {w.pick('about;approximately;around;roughly')} {low} in {ahead}",
                NEUTRAL,
                (True, False, True),
                "point",
            ),
            (
                f"{name} {hedge or 'will'} {grow} in {ahead}",
                measure.sense(up),
                (True, bool(hedge), False),
                "will",
            ),
            (
                f"{who} {w.pick('raised;lifted;increased;revised upward')} {w.pick('its' if who != 'we' else 'our')} {w.pick('guidance;outlook;forecast;target')} for {name} to {high} from {low}",
                measure.sense(True),
                (True, False, True),
                "raised",
            ),
            (
                f"{who} {w.pick('lowered;cut;reduced')} {w.pick('its' if who != 'we' else 'our')} {w.pick('guidance;outlook;forecast;target')} for {name} to {low} from {high}",
                measure.sense(False),
                (True, False, True),
                "lowered",
            ),
            (
                f"{who} {w.pick('reiterated;confirmed;maintained;left unchanged')} {w.pick('its' if who != 'we' else 'our')} {w.pick('guidance;outlook;forecast')} for {name}",
                NEUTRAL,
                (True, False, True),
                "kept",
            ),
            (
                f"{name} {w.pick('is;are')} expected to {w.pick('remain;stay;be')} {w.pick('unchanged;flat;at the same level;in line with last year')} in {ahead}",
                NEUTRAL,
                (True, False, True),
                "same",
            ),
        ]
    )
    return Made(
        w.framed(core), sense, flags, topic if sense != NEUTRAL else "outlook", f"ahead {shape}"
    )


def _turned(w: _Writer) -> Made:
    """Negated moves."""
    up = w.chance.random() < 0.5
    measure = _measure(w, 0.6)
    name, topic, good = measure.name, measure.topic, measure.good
    noun = (
        w.pick("increase;rise;growth;pickup;uptick")
        if up
        else w.pick("decrease;decline;slowdown;drop;deterioration;weakening")
    )
    core, sense, shape = w.chance.choice(
        [
            (
                f"{w.pick('we have not seen any;there was no sign of a;management sees no;we do not see any')} {noun} in {name}",
                POSITIVE if good != up else NEUTRAL,
                "none",
            ),
            (
                f"the {noun} in {name} {w.pick('has come to an end;did not continue;has stopped;has eased')}",
                POSITIVE if good != up else NEGATIVE,
                "ended",
            ),
            (
                f"the {noun} in {name} {w.pick('was larger than expected;exceeded our plans;was sharper than anticipated')}",
                measure.sense(up),
                "more than expected",
            ),
            (
                f"the {noun} in {name} {w.pick('was smaller than expected;was less than feared;was milder than anticipated')}",
                POSITIVE if good != up else NEGATIVE,
                "less than expected",
            ),
            (
                f"{name} did not {w.pick('increase;grow;improve;rise') if up else w.pick('decrease;decline;fall;drop')} {w.pick('as planned;as we had hoped;as expected') if good == up else w.pick('as feared;as much as feared;as expected by analysts')}",
                NEGATIVE if good == up else POSITIVE,
                "did not",
            ),
        ]
    )
    return Made(w.framed(core), sense, (False, False, False), topic, f"turned {shape}")


_FRAMES = (
    (_moved, 22),
    (_compared, 24),
    (_result, 14),
    (_alone, 26),
    (_both, 10),
    (_ahead, 14),
    (_turned, 7),
)


def generate(count: int, seed: int = 0) -> list[Made]:
    """``count`` sentences with labels, the same for the same ``seed``; none occurs twice."""
    chance = random.Random(seed)
    frames, weights = zip(*_FRAMES, strict=True)
    made: dict[str, Made] = {}
    while len(made) < count:
        (frame,) = chance.choices(frames, weights)
        each = frame(_Writer(chance.getrandbits(40)))
        made.setdefault(each.text, each)
    return list(made.values())
