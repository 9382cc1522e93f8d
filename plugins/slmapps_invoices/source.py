"""An XML invoice while it is being read: its values, where each stands, and what is unreadable.

Elements are found by their local names. Namespaces and prefixes differ between the versions of one
syntax (and are left out by some senders), while the local names hardly do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from lxml.etree import _Element as Node

from slmapps.records import Problem, Severity, Span

__all__ = ["Node", "Source", "local_name", "parse_day", "parse_decimal"]

_NOTED = 50  # faults of one invoice; more are one broken program
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_PACKED_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{4}|\d{6})?")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})([T\sZ+-].*)?")


def local_name(element: Node) -> str:
    """Give an element's name without its namespace.

    >>> from lxml import etree
    >>> local_name(etree.fromstring('<a:b xmlns:a="urn:x"/>'))
    'b'
    """
    return str(element.tag).rpartition("}")[2]


def parse_decimal(text: str) -> Decimal | None:
    """Read an ``xs:decimal``; None where it is none (no exponent, no NaN, no thousands sign)."""
    return Decimal(text) if _DECIMAL.fullmatch(text) and len(text) <= 40 else None


def parse_day(text: str) -> date | None:
    """Read a date as UBL, CII and FatturaPA write it: 2025-01-31, with a time, or 20250131."""
    match = _PACKED_DAY.fullmatch(text) or _ISO_DAY.fullmatch(text)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


class Source:
    """Reads values out of one XML tree and remembers their places.

    A path is local names joined by ``/``; ``A|B`` takes either. Looking for something under None
    finds nothing, so that a missing group is no special case.
    """

    def __init__(self, root: Node, document: str, attachment: str | None = None) -> None:
        self.root = root
        self.document = document
        self.attachment = attachment
        self.places: dict[str, Span] = {}
        self.problems: list[Problem] = []
        self._steps: dict[Node, str] = {root: self._step(root, 1, 1)}

    def each(self, node: Node | None, path: str) -> Iterator[Node]:
        """Give every element at ``path`` under ``node``, in document order."""
        if node is None:
            return
        step, _, rest = path.partition("/")
        names = step.split("|")
        for child in node:
            if local_name(child) in names:
                if rest:
                    yield from self.each(child, rest)
                else:
                    yield child

    def first(self, node: Node | None, path: str) -> Node | None:
        """Give the first element at ``path``, or None."""
        return next(self.each(node, path), None)

    def text(self, node: Node | None, path: str, key: str = "") -> str:
        """Give the first text at ``path`` that is not empty, and remember its place as ``key``."""
        for element in self.each(node, path):
            text = (element.text or "").strip()
            if text:
                self.mark(element, key)
                return text
        return ""

    def texts(self, node: Node | None, path: str) -> tuple[str, ...]:
        """Give every text at ``path`` that is not empty."""
        found = ((element.text or "").strip() for element in self.each(node, path))
        return tuple(text for text in found if text)

    def amount(self, node: Node | None, path: str, key: str = "") -> Decimal | None:
        """Give the number at ``path``; an unreadable one is a Problem and gives None."""
        element = self.first(node, path)
        return None if element is None else self.number(element, key)

    def optional(self, node: Node | None, path: str, key: str = "") -> Decimal | None:
        """Give an amount that is nothing where it is not stated; a stated nothing gives None, too.

        Some senders always write such amounts, others only when they are not nothing.
        """
        return self.amount(node, path, key) or None

    def number(self, element: Node, key: str = "") -> Decimal | None:
        """Give the number that an element holds; an empty element holds none."""
        text = (element.text or "").strip()
        if not text:
            return None
        value = parse_decimal(text)
        if value is None:
            self.unreadable(element, "number-unreadable", f"'{text[:40]}' is no number")
            return None
        self.mark(element, key)
        return value

    def day(self, node: Node | None, path: str, key: str = "") -> date | None:
        """Give the date at ``path`` or in its only child; an unreadable one is a Problem."""
        element = self.first(node, path)
        if element is None:
            return None
        while not (element.text or "").strip() and len(element):
            element = element[0]
        text = (element.text or "").strip()
        if not text:
            return None
        value = parse_day(text)
        if value is None:
            self.unreadable(element, "date-unreadable", f"'{text[:40]}' is no date")
            return None
        self.mark(element, key)
        return value

    def span(self, element: Node) -> Span:
        """Give an element's place; the path uses the prefixes that the file itself declares."""
        return Span(document=self.document, path=self._path(element), attachment=self.attachment)

    def _path(self, element: Node) -> str:
        """Give the absolute XPath; siblings are counted once for all of them, not once for each."""
        steps: list[str] = []
        node: Node | None = element
        while node is not None:
            if node not in self._steps:
                self._count(node.getparent())
            steps.append(self._steps[node])
            node = None if node is self.root else node.getparent()
        return "/" + "/".join(reversed(steps))

    def _count(self, parent: Node | None) -> None:
        children = [] if parent is None else list(parent)
        same = Counter(child.tag for child in children)
        seen: Counter[str] = Counter()
        for position, child in enumerate(children, start=1):
            seen[child.tag] += 1
            number = seen[child.tag] if same[child.tag] > 1 else 0
            self._steps[child] = self._step(child, number, position)

    @staticmethod
    def _step(element: Node, number: int, position: int) -> str:
        """Name one element under its parent; one in a default namespace has only its position."""
        if element.prefix is None and "}" in element.tag:
            return f"*[{position}]"
        name = f"{element.prefix}:{local_name(element)}" if element.prefix else element.tag
        return f"{name}[{number}]" if number else name

    def mark(self, element: Node, key: str) -> None:
        """Remember where the value ``key`` stands; the first place counts."""
        if key and key not in self.places:
            self.places[key] = self.span(element)

    def unreadable(self, element: Node, code: str, message: str) -> None:
        """Note that an element's text cannot be what it should be."""
        if len(self.problems) >= _NOTED:
            return
        self.problems.append(
            Problem(
                code=code,
                message=f"{message} (in {local_name(element)}).",
                cure="Ask the sender for a corrected invoice; enter the value by hand until then.",
                severity=Severity.WARNING,
                where=self.span(element),
            )
        )
