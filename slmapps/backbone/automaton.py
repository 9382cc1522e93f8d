"""Regular expressions as automata over bytes, which can be asked what may still come.

The standard library's matcher says whether a text matches, not whether it might go on to. This one
follows Thompson (1968): the pattern becomes states with steps, sets of which are numbered as they
come up and remembered.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Automaton"]

_CLASSES = {
    "d": frozenset(b"0123456789"),
    "s": frozenset(b" \t\n\r\f\v"),
    "w": frozenset(
        b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_" + bytes(range(128, 256))
    ),
}
_PLAIN = {"n": 10, "t": 9, "r": 13}
_ALL = frozenset(range(256))
_MOST = 4096  # states of a pattern


class Automaton:
    r"""A pattern at work. States are numbers from 0, the beginning; -1 is the state without hope.

    Literals, ``.`` (all but a line break), ``[...]`` and ``[^...]`` of ASCII signs and ranges,
    ``\d \s \w`` (every byte of a letter beyond ASCII is a ``\w``), groups, ``|``, ``*``, ``+``,
    ``?``, ``{m}``, ``{m,}`` and ``{m,n}``. The whole text must match.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._steps: list[tuple[frozenset[int], int] | None] = []
        self._free: list[list[int]] = []
        start, stop = self._either()
        if self._at < len(pattern):
            raise self._wrong("a bracket that nothing opened")
        self._stop = stop
        self._known: dict[frozenset[int], int] = {}
        self._sets: list[frozenset[int]] = []
        self._table: dict[tuple[int, int], int] = {}
        self._number(self._spread({start}))

    def run(self, text: bytes) -> int:
        """The state after a text."""
        state = 0
        for byte in text:
            state = self.step(state, byte)
            if state < 0:
                break
        return state

    def step(self, state: int, byte: int) -> int:
        """The state after one more byte."""
        if state < 0:
            return -1
        found = self._table.get((state, byte))
        if found is None:
            reached = set()
            for each in self._sets[state]:
                way = self._steps[each]
                if way is not None and byte in way[0]:
                    reached.add(way[1])
            found = self._number(self._spread(reached)) if reached else -1
            self._table[state, byte] = found
        return found

    def accepts(self, state: int) -> bool:
        """Whether the text may end here."""
        return state >= 0 and self._stop in self._sets[state]

    def _number(self, states: frozenset[int]) -> int:
        if states not in self._known:
            self._known[states] = len(self._sets)
            self._sets.append(states)
        return self._known[states]

    def _spread(self, states: set[int]) -> frozenset[int]:
        found, left = set(states), list(states)
        while left:
            for after in self._free[left.pop()]:
                if after not in found:
                    found.add(after)
                    left.append(after)
        return frozenset(found)

    def _state(self) -> int:
        if len(self._steps) >= _MOST:
            raise ValueError(f"the pattern has more than {_MOST} states; repeat less in it")
        self._steps.append(None)
        self._free.append([])
        return len(self._steps) - 1

    def _wrong(self, what: str) -> ValueError:
        return ValueError(f"pattern {self._pattern!r}, place {self._at}: {what}")

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        sign = self._peek()
        if not sign:
            raise self._wrong("it ends too early")
        self._at += 1
        return sign

    def _either(self) -> tuple[int, int]:
        start, stop = self._state(), self._state()
        while True:
            first, last = self._row()
            self._free[start].append(first)
            self._free[last].append(stop)
            if self._peek() != "|":
                return start, stop
            self._at += 1

    def _row(self) -> tuple[int, int]:
        start = last = self._state()
        while self._peek() not in {"", "|", ")"}:
            first, end = self._repeated()
            self._free[last].append(first)
            last = end
        return start, last

    def _repeated(self) -> tuple[int, int]:
        begin = self._at
        first, last = self._one()
        while self._peek() and self._peek() in "*+?{":
            least, most = self._times()
            end = self._at

            def again(place: int = begin, end: int = end) -> tuple[int, int]:
                self._at = place
                part = self._one()
                self._at = end
                return part

            first, last = self._copies(first, last, least, most, again)
            if self._peek() and self._peek() in "*+?{":
                raise self._wrong("a repetition of a repetition; put it in brackets")
        return first, last

    def _copies(
        self,
        first: int,
        last: int,
        least: int,
        most: int | None,
        again: Callable[[], tuple[int, int]],
    ) -> tuple[int, int]:
        start, stop = self._state(), self._state()
        at = start
        for number in range(max(least, 1 if most is None else most)):
            one = (first, last) if number == 0 else again()
            if number >= least:
                self._free[at].append(stop)
            self._free[at].append(one[0])
            at = one[1]
            if most is None and number == max(least, 1) - 1:
                self._free[at].append(one[0])
        self._free[at].append(stop)
        return start, stop

    def _times(self) -> tuple[int, int | None]:
        sign = self._take()
        if sign != "{":
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        inside = ""
        while self._peek() != "}":
            inside += self._take()
        self._at += 1
        low, comma, high = inside.partition(",")
        if not low.isdigit() or (high and not high.isdigit()):
            raise self._wrong("a count like {2}, {2,} or {2,5} was expected")
        least = int(low)
        most = (int(high) if high else None) if comma else least
        if most is not None and (most < least or most == 0):
            raise self._wrong("a count that cannot be")
        return least, most

    def _one(self) -> tuple[int, int]:
        sign = self._take()
        if sign == "(":
            if self._pattern.startswith("?:", self._at):
                self._at += 2
            part = self._either()
            if self._peek() != ")":
                raise self._wrong("a bracket that is not closed")
            self._at += 1
            return part
        if sign == "[":
            return self._step_over(self._set())
        if sign == ".":
            return self._step_over(_ALL - {10})
        if sign in "*+?{":
            raise self._wrong("a repetition of nothing")
        if sign == "\\":
            return self._step_over(self._escaped())
        start = last = self._state()
        for byte in sign.encode():
            after = self._state()
            self._steps[last] = (frozenset({byte}), after)
            last = after
        return start, last

    def _step_over(self, choice: frozenset[int]) -> tuple[int, int]:
        start, stop = self._state(), self._state()
        self._steps[start] = (choice, stop)
        return start, stop

    def _escaped(self) -> frozenset[int]:
        sign = self._take()
        if sign in _CLASSES:
            return _CLASSES[sign]
        if sign.lower() in _CLASSES and sign.isupper():
            return _ALL - _CLASSES[sign.lower()]
        if sign.isalnum() and sign not in _PLAIN:
            raise self._wrong(f"\\{sign} is not known here")
        return frozenset({_PLAIN.get(sign, ord(sign))})

    def _set(self) -> frozenset[int]:
        other = self._peek() == "^"
        self._at += other
        found: set[int] = set()
        first = True
        while self._peek() != "]" or first:
            first = False
            sign = self._take()
            if ord(sign) > 127:
                raise self._wrong("a sign beyond ASCII in [ ]; write (a|b)")
            one = self._escaped() if sign == "\\" else frozenset({ord(sign)})
            if self._peek() == "-" and self._pattern[self._at + 1 : self._at + 2] not in {"]", ""}:
                self._at += 1
                high = ord(self._take())
                if len(one) != 1 or high < min(one) or high > 127:
                    raise self._wrong("a range that cannot be")
                one = frozenset(range(min(one), high + 1))
            found |= one
        self._at += 1
        return _ALL - found if other else frozenset(found)
