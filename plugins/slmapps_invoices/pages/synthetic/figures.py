# ruff: noqa: SIM905 - names of months are easier read as one line than as a list
"""How a layout writes numbers, money, percentages and dates.

A *piece* is text with the label of the words in it and the number of its line (-1: of none); a
*run* is a list of pieces that are drawn as one string.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from slmapps_invoices.pages.labels import OTHER
from slmapps_invoices.pages.synthetic.style import Style

__all__ = ["SYMBOLS", "Figures", "Piece", "Run", "address", "plain", "text_of"]

Piece = tuple[str, str, int]
Run = list[Piece]

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "Fr.", "SEK": "kr"}

_MONTHS = {
    "en": "January February March April May June July August September October November "
    "December".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November "
    "Dezember".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre "
    "décembre".split(),
}
_SHORT = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.".split(),
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split(),
}
# {d} {m} without leading zeros, {D} {M} with; {B} the month's name, {b} short; {Y} {y} the year.
_DATES = {
    "GB": {"{D}/{M}/{Y}": 5, "{d} {B} {Y}": 5, "{D} {b} {Y}": 4, "{D}-{b}-{Y}": 2, "{D}-{M}-{Y}": 1,
           "{Y}-{M}-{D}": 2, "{d}th {B} {Y}": 0.4, "{D}/{M}/{y}": 1.5, "{D}.{M}.{Y}": 0.7,
           "{b} {d}, {Y}": 1, "{B} {d}, {Y}": 1, "{D}-{b}-{y}": 0.7},
    "US": {"{M}/{D}/{Y}": 5, "{B} {d}, {Y}": 5, "{b} {d}, {Y}": 4, "{m}/{d}/{Y}": 3,
           "{m}/{d}/{y}": 1, "{Y}-{M}-{D}": 2,
           "{D}-{b}-{Y}": 1, "{b} {D} {Y}": 0.5, "{M}-{D}-{Y}": 1},
    "DE": {"{D}.{M}.{Y}": 14, "{d}. {B} {Y}": 4, "{D}.{M}.{y}": 3, "{d}.{m}.{Y}": 2,
           "{Y}-{M}-{D}": 1.5, "{D}. {B} {Y}": 1, "{D}/{M}/{Y}": 0.7, "{d}. {b} {Y}": 0.7,
           "{D}-{M}-{Y}": 0.4, "{d}.{m}.{y}": 0.6},
    "FR": {"{D}/{M}/{Y}": 10, "{d} {B} {Y}": 5, "{D}/{M}/{y}": 2, "{D}.{M}.{Y}": 1.5,
           "{D}-{M}-{Y}": 1.5, "{Y}-{M}-{D}": 1, "{D} {B} {Y}": 1.5, "{d} {b} {Y}": 1,
           "{D} {b} {Y}": 0.5},
}  # fmt: skip
# Thousands sign and decimal sign.
_NUMBERS: dict[str, dict[tuple[str, str], float]] = {
    "en": {(",", "."): 10, ("", "."): 3, (" ", "."): 0.4},
    "de": {(".", ","): 10, ("", ","): 3, (" ", ","): 0.7, (",", "."): 0.5},
    "fr": {(" ", ","): 8, ("", ","): 4, (".", ","): 1, ("\u00a0", ","): 3, (" ", "."): 1},
    "CH": {("'", "."): 8, ("", "."): 3, ("’", "."): 2, (",", "."): 0.5},
}


def plain(text: str) -> Run:
    """Give a run of words that are nothing's value."""
    return [(text, OTHER, -1)]


def address(text: str) -> Run:
    """Give a run of words of the seller's address."""
    return [(text, "seller_address", -1)]


def text_of(run: Run) -> str:
    """Give the run's text."""
    return "".join(piece[0] for piece in run)


class Figures:
    """Writes values as one layout does, in one currency."""

    def __init__(self, style: Style, currency: str) -> None:
        self.style = style
        self.currency = currency
        self.symbol = SYMBOLS.get(currency, currency)
        kind = "CH" if style.country == "CH" else style.language
        self._thousands, self._point = style.weigh(f"numbers {kind}", _NUMBERS[kind])
        country = {"IE": "GB", "AT": "DE", "BE": "FR", "LU": "FR"}.get(style.country, style.country)
        country = {"en": country if country == "US" else "GB", "fr": "FR", "de": "DE"}[
            style.language
        ]
        self._date = style.weigh(f"date {country}", _DATES[country])
        self._long_date = style.pick(f"long date {country}", self._date, self._date, "{d} {B} {Y}")
        if style.language == "de":
            self._long_date = self._long_date.replace("{d} {B}", "{d}. {B}")
        first, after = (14, 3) if style.language == "en" else (3, 13)
        self._money = style.weigh(
            f"money {style.language}",
            {"": 12, "$1": first, "$ 1": first / 3, "1 $": after, "1$": after / 6,
             "1 EUR": after / 2, "EUR 1": 3},
        )  # fmt: skip
        # Totals bear the currency more often than the lines do.
        self._total_money = self._money or style.weigh(
            f"total money {style.language}",
            {"": 8, "1 $": after, "$1": first, "1 EUR": after / 2, "EUR 1": 4, "$ 1": first / 4},
        )
        self._whole = style.weigh("whole amounts", {"": 30, "drop": 0.8, "-": 0.4, "--": 0.4})
        self._minus = style.weigh("minus", {"-1": 14, "1-": 2, "(1)": 1.5, "- 1": 1.5, "–1": 1})

    def number(self, value: Decimal, places: int | None = 2) -> str:
        """Write a number; ``places`` None: as many decimals as it has."""
        exact = abs(value.normalize())
        shown = f"{exact:f}" if places is None else f"{exact:.{places}f}"
        whole, _, rest = shown.partition(".")
        groups: list[str] = []
        while len(whole) > 3:
            groups.insert(0, whole[-3:])
            whole = whole[:-3]
        text = self._thousands.join([whole, *groups]) + (f"{self._point}{rest}" if rest else "")
        return self._signed(text) if value < 0 else text

    def _signed(self, text: str) -> str:
        return self._minus.replace("1", text)

    def amount(self, value: Decimal, label: str = OTHER, line: int = -1, places: int = 2) -> Run:
        """Write an amount without its currency."""
        return [(self._amount(value, places), label, line)]

    def _amount(self, value: Decimal, places: int) -> str:
        """Write an amount; some layouts drop the cents of whole ones, or put a dash for them."""
        if not self._whole or value != value.to_integral() or not value:
            return self.number(value, places)
        whole = self.number(abs(value), 0)
        shown = whole if self._whole == "drop" else f"{whole}{self._point}{self._whole}"
        return self._signed(shown) if value < 0 else shown

    def money(
        self, value: Decimal, label: str = OTHER, line: int = -1, *, total: bool = False,
        places: int = 2,
    ) -> Run:  # fmt: skip
        """Write an amount with its currency where the layout puts one."""
        form = self._total_money if total else self._money
        text = self._amount(value, places)
        if not form:
            return [(text, label, line)]
        mark = self.currency if "EUR" in form else self.symbol
        if not {" ", "1"} & set(form[1:-1]) and " " not in form:
            # Without a space the sign stands inside or outside: -$5.00, $-5.00.
            if form[0] == "1":
                return [(f"{text}{mark}", label, line)]
            if text[0] == "-" and self.style.chance("sign before currency", 0.7):
                return [(f"-{mark}{text[1:]}", label, line)]
            return [(f"{mark}{text}", label, line)]
        pieces = [(mark, "currency", -1), (" ", OTHER, -1), (text, label, line)]
        return pieces if form[-1] == "1" else pieces[::-1]

    def percent(self, value: Decimal, label: str = OTHER, line: int = -1, name: str = "") -> Run:
        """Write a percentage: 19 %, 19%, 19,00 %, 19.0%; ``name`` tells two places apart."""
        places = self.style.weigh(f"percent places {name}", {None: 6, 2: 2, 1: 1})
        if places is not None and value != round(value, places):
            places = None
        text = self.number(value, places)
        gap = self.style.weigh(
            f"percent gap {name}", {" %": 5, "%": 6, "": 2 if name == "c" else 0}
        )
        return [(text + gap, label, line)]

    def date(self, value: date, label: str = OTHER, line: int = -1, *, long: bool = False) -> Run:
        """Write a date."""
        form = self._long_date if long else self._date
        language = self.style.language
        text = form.format(
            d=value.day, D=f"{value.day:02d}", m=value.month, M=f"{value.month:02d}",
            B=_MONTHS[language][value.month - 1], b=_SHORT[language][value.month - 1],
            Y=value.year, y=f"{value.year % 100:02d}",
        )  # fmt: skip
        if "th " in form:
            end = {1: "st", 2: "nd", 3: "rd"}.get(value.day % 10 if value.day // 10 != 1 else 0)
            text = text.replace("th ", f"{end or 'th'} ", 1)
        if language == "fr" and value.day == 1 and text.startswith("1 "):
            text = f"1er{text[1:]}"
        return [(text, label, line)]
