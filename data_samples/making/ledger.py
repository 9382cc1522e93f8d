"""The sample client's chart and eighteen months of purchases, from two hand-written lists.

Design choices:

* ``chart.txt`` and ``purchases.txt`` hold what is bought and where a bookkeeper books it; this
  module only deals out dates, amounts, spellings and invoice numbers.
* One seed, no clock: the same lists give the same bytes.
"""

from __future__ import annotations

import csv
import io
import random
import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

__all__ = ["FIRST_DAY", "LAST_DAY", "chart_csv", "history_csv"]

HERE = Path(__file__).parent
FIRST_DAY, LAST_DAY = date(2025, 4, 1), date(2026, 9, 30)
SEED = 20260930
HISTORY_COLUMNS = (
    "date", "supplier", "text", "amount", "currency", "account", "account_name", "tax_code",
    "cost_centre", "department", "invoice_id", "line_id",
)  # fmt: skip


@dataclass(frozen=True)
class Article:
    """Something a supplier sells and how it is booked; ``low`` and ``high`` in cents."""

    account: str
    tax_code: str
    cost_centre: str
    department: str
    low: int
    high: int
    text: str
    until: str = ""


@dataclass
class Supplier:
    """A supplier: its spellings, how many lines it sent, and what it sells."""

    names: tuple[str, ...]
    lines: int
    until: str = ""
    articles: list[Article] = field(default_factory=list)


def _rows(name: str) -> list[list[str]]:
    text = (HERE / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [[part.strip() for part in line.split("|")] for line in lines]


def chart_csv() -> str:
    """``account,name,group,retired``, one account a row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("account", "name", "group", "retired"))
    for account, name, group, retired in _rows("chart.txt"):
        writer.writerow((account, name, group, "true" if retired else "false"))
    return out.getvalue()


def _suppliers() -> list[Supplier]:
    suppliers: list[Supplier] = []
    for row in _rows("purchases.txt"):
        if row[0].startswith("@"):
            names = tuple(name.strip() for name in row[0][1:].split(" ; "))
            suppliers.append(Supplier(names, int(row[1]), row[2] if len(row) > 2 else ""))
            continue
        account, tax_code, cost_centre, *rest = row[0].split()
        low, high = (int(Decimal(part) * 100) for part in rest[-2:])
        article = Article(
            account, tax_code, cost_centre, " ".join(rest[:-2]), low, high, row[1],
            row[2] if len(row) > 2 else "",
        )  # fmt: skip
        suppliers[-1].articles.append(article)
    return suppliers


def _last_day(until: str) -> date:
    if not until:
        return LAST_DAY
    year, month = (int(part) for part in until.split("-"))
    return date(year, month, monthrange(year, month)[1])


def _worded(text: str, day: date, chance: random.Random) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[1] == "month":
            return day.strftime("%B %Y")
        low, high = (int(part) for part in match[1].split(".."))
        return str(chance.randint(low, high))

    return re.sub(r"\{([^}]+)\}", fill, text)


def _bills(supplier: Supplier, chance: random.Random) -> list[tuple[date, str, list[Article]]]:
    """The supplier's bills: a day, the name as printed, and one to three different articles."""
    last = _last_day(supplier.until)
    days = (last - FIRST_DAY).days
    sizes: list[int] = []
    while sum(sizes) < supplier.lines:
        sizes.append(min(chance.choice((1, 1, 2, 2, 3)), supplier.lines - sum(sizes)))
    step = days / len(sizes)
    bills = []
    for number, size in enumerate(sizes):
        day = FIRST_DAY + timedelta(days=int(step * (number + chance.uniform(0.1, 0.9))))
        on_sale = [article for article in supplier.articles if day <= _last_day(article.until)]
        # What a supplier mainly sells stands first in the list; credits are rare.
        weights = [
            0.5 if article.low < 0 else max(1.0, 5.0 - place)
            for place, article in enumerate(on_sale)
        ]
        chosen: list[Article] = []
        while len(chosen) < min(size, len(on_sale)):
            article = chance.choices(on_sale, weights)[0]
            if article not in chosen:
                chosen.append(article)
        name = chance.choices(supplier.names, [3.0] + [1.0] * (len(supplier.names) - 1))[0]
        bills.append((day, name, chosen))
    return bills


def history_csv() -> str:
    """The purchases, sorted by day, with the account, tax code and cost centre that were booked."""
    chance = random.Random(SEED)
    names = {row[0]: row[1] for row in _rows("chart.txt")}
    bills = [bill for supplier in _suppliers() for bill in _bills(supplier, chance)]
    bills.sort(key=lambda bill: (bill[0], bill[1]))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HISTORY_COLUMNS)
    line_id = 0
    for number, (day, name, articles) in enumerate(bills, start=1):
        supplier = _worded(name, day, chance)
        for article in articles:
            line_id += 1
            amount = Decimal(chance.randint(article.low, article.high)) / 100
            writer.writerow(
                (
                    day.isoformat(), supplier, _worded(article.text, day, chance), f"{amount:.2f}",
                    "EUR", article.account, names[article.account], article.tax_code,
                    article.cost_centre, article.department, f"P{number:05d}", f"L{line_id:05d}",
                )
            )  # fmt: skip
    return out.getvalue()
