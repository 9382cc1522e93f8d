"""DATEV's posting batch (EXTF Buchungsstapel): what every German tax adviser's program imports.

Design choices:

* One row a posting: expense account in Soll against the creditor; a credit stands in Haben.
* Where the client's tax code has a BU-Schlüssel the row is gross and DATEV takes the tax out;
  otherwise the row is net and the tax has rows of its own.
* A batch is one fiscal year, for Belegdatum has no year: several years come as a ZIP.
* Foreign money is posted in the client's own, at the rate in the settings; the amount of the
  invoice stands in the Zusatzinformation. (Kurs must begin with 1-9, which excludes pounds.)
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from slmapps.records import Problem, Severity
from slmapps_invoices.export.cells import latin, one_line, safe_cell
from slmapps_invoices.export.datev_columns import COLUMNS, HEADER_TEXT, PATTERNS, TEXT
from slmapps_invoices.export.entries import Batch, Entry, Written, checked
from slmapps_invoices.export.settings import ExportSettings
from slmapps_invoices.export.shares import cents, round_to
from slmapps_invoices.export.tax_names import tax_code_of

__all__ = ["write_datev"]

NAME = "EXTF_Buchungsstapel.csv"
MOST_ROWS = 99_999
LARGEST = Decimal("9999999999.99")
PLACE = {name: place for place, name in enumerate(COLUMNS)}
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class _Row:
    """One posting row before it is text; ``amount`` signed, in the client's own currency."""

    amount: Decimal
    account: str
    key: str
    text: str
    cost_centre: str


def _own_currency(entry: Entry, settings: ExportSettings) -> Entry | None:
    """The entry in the client's currency, balanced to the cent; None without a rate."""
    if entry.currency == settings.currency:
        return entry
    rate = settings.rates.get(entry.currency)
    if rate is None:
        return None
    total = cents(entry.total * rate)
    count = len(entry.postings)
    amounts = [*(p.net for p in entry.postings), *(p.tax for p in entry.postings)]
    shares = round_to(total, [amount * rate for amount in amounts])
    postings = tuple(
        posting.model_copy(update={"net": net, "tax": tax})
        for posting, net, tax in zip(entry.postings, shares[:count], shares[count:], strict=True)
    )
    return entry.model_copy(update={"postings": postings, "total": total})


def _rows(entry: Entry, settings: ExportSettings) -> list[_Row]:
    rows = []
    for posting in entry.postings:
        code = tax_code_of(posting, settings)
        key = code.datev if code else ""
        text = latin(safe_cell(f"{entry.seller} {posting.text}"))
        centre = re.sub(r"[^A-Za-z0-9_ ]", "", latin(one_line(posting.cost_centre or "")))[:36]
        gross = posting.net + posting.tax if key else posting.net
        rows.append(_Row(gross, posting.account, key, text, centre))
        if posting.tax and not key:
            rows.append(_Row(posting.tax, settings.tax.account, "", text, ""))
    return [row for row in rows if row.amount]


def _numbers(entry: Entry, rows: Iterable[_Row], settings: ExportSettings) -> Problem | None:
    """What keeps this entry out of a DATEV batch: accounts that are no numbers, huge amounts."""
    length = settings.datev.account_length
    bad = [r.account for r in rows if not re.fullmatch(rf"\d{{1,{length}}}", r.account)]
    bad += [c for c in (_creditor(entry, settings),) if not re.fullmatch(r"\d{1,9}", c)]
    if bad:
        return Problem(
            code="datev-account",
            message=f"{entry.number}: DATEV needs account numbers of at most {length} digits, "
            f"not {bad[0]!r}; it is held back",
            cure="give chart and export settings DATEV's numbers, or set the account length",
            file=entry.file or None,
        )
    if any(abs(row.amount) > LARGEST for row in rows):
        return Problem(
            code="datev-amount",
            message=f"{entry.number}: an amount is larger than DATEV takes; it is held back",
            cure="book this invoice by hand",
            file=entry.file or None,
        )
    return None


def _creditor(entry: Entry, settings: ExportSettings) -> str:
    return settings.datev.creditors.get(entry.seller_key, settings.datev.creditor)


def _reference(number: str) -> str:
    """Belegfeld 1: what the characters that DATEV allows leave of the number, at most 36.

    >>> _reference("=FPR 214/26")
    'FPR214/26'
    """
    return re.sub(r"[^A-Za-z0-9_$&%*+\-/]", "", latin(number)).lstrip("+-")[:36]


def _written(entry: Entry, original: Entry, row: _Row, settings: ExportSettings) -> list[str]:
    fields = [""] * len(COLUMNS)
    values = {
        "Umsatz (ohne Soll/Haben-Kz)": format(abs(row.amount), ".2f").replace(".", ","),
        "Soll/Haben-Kennzeichen": "S" if row.amount > 0 else "H",
        "WKZ Umsatz": settings.currency,
        "Konto": row.account,
        "Gegenkonto (ohne BU-Schlüssel)": _creditor(entry, settings),
        "BU-Schlüssel": row.key,
        "Belegdatum": f"{entry.date:%d%m}",
        "Belegfeld 1": _reference(entry.number),
        "Buchungstext": row.text[:60],
        "KOST1 - Kostenstelle": row.cost_centre,
        "Festschreibung": "0",
        "Fälligkeit": f"{entry.due_date:%d%m%Y}" if entry.due_date else "",
    }
    if original.currency != settings.currency:
        rate = format(settings.rates[original.currency].normalize(), "f").replace(".", ",")
        amount = format(original.total, ".2f").replace(".", ",")
        values["Zusatzinformation - Art 1"] = "Rechnungsbetrag"
        values["Zusatzinformation- Inhalt 1"] = f"{original.currency} {amount} zu {rate}"
    for name, value in values.items():
        fields[PLACE[name]] = value
    return fields


def _text(fields: Iterable[str], quoted: frozenset[int]) -> str:
    doubled = (field.replace('"', '""') for field in fields)
    return ";".join(f'"{f}"' if n in quoted else f for n, f in enumerate(doubled, start=1))


def _year_start(day: date, settings: ExportSettings) -> date:
    month, of_month = (int(part) for part in settings.datev.year_start.split("-"))
    start = date(day.year, month, of_month)
    return start if start <= day else date(day.year - 1, month, of_month)


def _header(entries: list[Entry], start: date, batch: Batch) -> list[str]:
    datev = batch.settings.datev
    title = re.sub(r"[^\w.\-/ ]", "", latin(one_line(f"Rechnungen {batch.settings.client}")))
    made = f"{batch.now:%Y%m%d%H%M%S}{batch.now.microsecond // 1000:03d}"
    days = [entry.date for entry in entries]
    return [
        "EXTF", "700", "21", "Buchungsstapel", "13", made, "", "SL", "slmapps", "",
        str(datev.consultant or 1001), str(datev.client or 1),
        f"{start:%Y%m%d}", str(datev.account_length),
        f"{min(days):%Y%m%d}", f"{max(days):%Y%m%d}", title[:30].strip(), "", "1", "0", "0",
        batch.settings.currency, "", "", "", "", datev.chart, "", "", "", "",
    ]  # fmt: skip


def _fields(line: str) -> list[str]:
    """The fields of one line of a DATEV file."""
    found = re.findall(r'(?:^|;)(?:"((?:[^"]|"")*)"|([^;"]*))', line)
    return [(quoted or bare).replace('""', '"') for quoted, bare in found]


def _agrees(data: bytes, entries: list[Entry]) -> bool:
    """Whether the file, read back, has the right shape and owes what the entries owe."""
    lines = data.decode("cp1252").split("\r\n")[2:-1]
    owed = Decimal(0)
    for line in lines:
        fields = _fields(line)
        if len(fields) != len(COLUMNS):
            return False
        for name, pattern in PATTERNS.items():
            if not re.fullmatch(pattern, fields[PLACE[name]]):
                return False
        amount = Decimal(fields[0].replace(",", "."))
        owed += amount if fields[1] == "S" else -amount
    return owed == sum((entry.total for entry in entries), Decimal(0))


def _file(entries: list[tuple[Entry, Entry]], start: date, batch: Batch) -> tuple[bytes, bool, int]:
    own = [entry for entry, _ in entries]
    lines = [_text(_header(own, start, batch), HEADER_TEXT), ";".join(COLUMNS)]
    lines += [
        _text(_written(entry, original, row, batch.settings), TEXT)
        for entry, original in entries
        for row in _rows(entry, batch.settings)
    ]
    data = ("\r\n".join(lines) + "\r\n").encode("cp1252")
    return data, _agrees(data, own), len(lines) - 2


def write_datev(batch: Batch) -> Written:
    """The batch as one EXTF file, or a ZIP with one for each fiscal year."""
    settings = batch.settings
    problems: list[Problem] = []
    years: dict[date, list[tuple[Entry, Entry]]] = {}
    for original in batch.entries:
        entry = _own_currency(original, settings)
        if entry is None:
            problems.append(
                Problem(
                    code="export-no-rate",
                    message=f"{original.number} is in {original.currency}; it is held back",
                    cure=f"give the rate of {original.currency} in the client's export settings",
                    file=original.file or None,
                )
            )
            continue
        problem = _numbers(entry, _rows(entry, settings), settings)
        if problem:
            problems.append(problem)
            continue
        years.setdefault(_year_start(entry.date, settings), []).append((entry, original))
    if years and None in {settings.datev.consultant, settings.datev.client}:
        problems.append(
            Problem(
                code="datev-numbers",
                message="the batch names no adviser and client; DATEV puts it where it is told",
                cure="ask your tax adviser for Beraternummer and Mandantennummer, and enter them "
                "in the client's export settings",
                severity=Severity.WARNING,
            )
        )
    files: dict[str, bytes] = {}
    agrees = True
    for start, entries in sorted(years.items()):
        entries.sort(key=lambda pair: pair[0].date)
        data, good, rows = _file(entries, start, batch)
        files[f"EXTF_Buchungsstapel_{start:%Y-%m-%d}.csv"] = data
        agrees = agrees and good
        if rows > MOST_ROWS:
            problems.append(
                Problem(
                    code="export-too-many",
                    message=f"DATEV takes {MOST_ROWS} rows a batch, this one has {rows}",
                    cure="export fewer invoices at a time",
                    severity=Severity.WARNING,
                )
            )
    if not files:
        return Written(b"", NAME, tuple(problems))
    if len(files) == 1:
        return checked(next(iter(files.values())), NAME, problems, agrees=agrees)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, ZIP_DATE), data, zipfile.ZIP_DEFLATED)
    return checked(out.getvalue(), "EXTF_Buchungsstapel.zip", problems, agrees=agrees)
