"""From a coded invoice to a balanced entry, or to the reason why there is none.

Design choices:

* An invoice goes out whole or not at all: half a bill in the books is worse than none.
* The seller's total is what is owed. Where the lines state fractions of a cent, what rounding
  leaves over is booked as such; any other difference holds the invoice back.
* Tax is worked out for each posting and nudged by single cents until it adds up to the invoice's.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from slmapps.records import Problem, Severity, Status
from slmapps_invoices.coded import CodedInvoice, CodedLine
from slmapps_invoices.export.entries import Entry, Posting
from slmapps_invoices.export.settings import ChartAccount, ExportSettings
from slmapps_invoices.export.shares import CENT, ZERO, cents, round_to, share_out
from slmapps_invoices.records import Invoice

__all__ = ["book", "book_all"]

LARGEST = Decimal("1e15")
FIRST_YEAR, LAST_YEAR = 1900, 2199


class _Refusal(Exception):  # noqa: N818 (not an error: it never leaves this module)
    def __init__(self, code: str, message: str, cure: str) -> None:
        super().__init__(code, message, cure)
        self.code, self.message, self.cure = code, message, cure


def _account(
    code: str | None, name: str, chart: dict[str, ChartAccount], what: str
) -> tuple[str, str]:
    if not code:
        raise _Refusal(
            "export-uncoded", f"{what} has no account",
            "choose an account for it, then export again",
        )  # fmt: skip
    if not chart:
        return code, name
    known = chart.get(code)
    if known is None:
        raise _Refusal(
            "export-unknown-account", f"{what} is coded to {code}, which the chart does not have",
            "choose an account of the chart, or add this one to it",
        )  # fmt: skip
    if known.retired:
        raise _Refusal(
            "export-retired-account", f"{what} is coded to {code}, which is retired",
            "choose an account that is in use",
        )  # fmt: skip
    return code, known.name or name


def _tax_code(line: CodedLine, what: str, settings: ExportSettings) -> str | None:
    """The line's tax code; the rate that the invoice states is a fact and overrules a guess."""
    code, rate = settings.tax_code(line.tax_code), line.line.tax_rate
    if code is None or code.rate is None or rate is None or code.rate == rate:
        return line.tax_code
    same = [known.code for known in settings.tax_codes if known.rate == rate]
    if len(same) != 1:
        raise _Refusal(
            "export-tax-differs",
            f"{what} has the tax code {code.code} ({code.rate} %), the invoice says {rate} %",
            "choose a tax code of the invoice's rate: " + (", ".join(same) or "there is none yet"),
        )
    return same[0]


def _line_postings(
    line: CodedLine,
    number: int,
    sign: int,
    settings: ExportSettings,
    chart: dict[str, ChartAccount],
) -> list[Posting]:
    what = f"line {line.line.id or number}"
    net = line.line.net
    if net is None:
        raise _Refusal("export-no-amount", f"{what} states no net amount", "give it an amount")
    if not net and not line.account and not line.splits:
        return []  # a remark that the seller wrote as a line
    if line.status is not Status.ACCEPTED and not settings.unreviewed and line.account:
        raise _Refusal(
            "export-unreviewed", f"{what} waits for review",
            "accept or correct it, or export with unreviewed lines",
        )  # fmt: skip
    tax_code = _tax_code(line, what, settings)
    text = line.line.description or line.line.details or line.line.note
    shares: list[tuple[str | None, Decimal]] = list(line.splits) or [(line.account, net)]
    if sum((amount for _, amount in shares), Decimal(0)) != net:
        raise _Refusal(
            "export-split-unbalanced", f"the shares of {what} do not add up to {net}",
            "split the line again",
        )  # fmt: skip
    postings = []
    for code, amount in shares:
        account, name = _account(code, line.account_name if not line.splits else "", chart, what)
        postings.append(
            Posting(
                account=account,
                account_name=name,
                net=sign * amount,
                kind="split" if line.splits else "line",
                text=text,
                line=line.line.id,
                tax_code=tax_code,
                tax_rate=line.line.tax_rate,
                cost_centre=line.cost_centre,
                department=line.department,
                quantity=None if line.splits else line.line.quantity,
                unit_price=None if line.splits else line.line.unit_price,
            )
        )
    return postings


def _document_postings(invoice: Invoice, lines: Sequence[Posting], sign: int,
                       settings: ExportSettings) -> list[Posting]:  # fmt: skip
    """Allowances and charges on the whole invoice, coded for tax like the lines of their rate."""
    postings = []
    for entry in invoice.allowances:
        account = settings.charges if entry.charge else settings.discounts
        codes = [line.tax_code for line in lines if line.tax_rate == entry.tax_rate]
        amount = entry.amount or ZERO
        postings.append(
            Posting(
                account=account.account,
                account_name=account.name,
                net=sign * (amount if entry.charge else -amount),
                kind="charge" if entry.charge else "allowance",
                text=entry.reason or account.name,
                tax_code=codes[0] if codes else None,
                tax_rate=entry.tax_rate,
            )
        )
    return postings


def _to_cents(postings: list[Posting], net: Decimal, settings: ExportSettings) -> list[Posting]:
    """Round the postings to cents and book what that leaves over; refuse a real difference."""
    exact = sum((posting.net for posting in postings), Decimal(0))
    fractions = sum(1 for posting in postings if posting.net != cents(posting.net))
    if abs(net - exact) >= (CENT if fractions else Decimal("0.000001")):
        raise _Refusal(
            "export-unbalanced", f"the lines add up to {exact}, the invoice says {net}",
            "ask the seller for a correct invoice, or correct the amounts",
        )  # fmt: skip
    rounded = [posting.model_copy(update={"net": cents(posting.net)}) for posting in postings]
    left = net - sum((posting.net for posting in rounded), Decimal(0))
    if left:
        rounded.append(_rounding(left, settings))
    return rounded


def _rounding(amount: Decimal, settings: ExportSettings) -> Posting:
    return Posting(
        account=settings.rounding.account,
        account_name=settings.rounding.name,
        net=amount,
        kind="rounding",
        text="Rounding",
    )


def _taxed(postings: list[Posting], invoice: Invoice, tax: Decimal, sign: int) -> list[Posting]:
    """The postings with their shares of ``tax`` (already signed)."""
    by_rate: dict[Decimal, Decimal] = {}
    for row in invoice.taxes:
        rate = row.rate or Decimal(0)
        amount = row.tax if row.tax is not None else cents((row.base or ZERO) * rate / 100)
        by_rate[rate] = by_rate.get(rate, ZERO) + sign * amount
    shares = [ZERO] * len(postings)
    booked = ZERO
    for rate, amount in by_rate.items():
        places = [i for i, p in enumerate(postings) if (p.tax_rate or Decimal(0)) == rate]
        if places and amount == cents(amount):
            exact = [postings[i].net * rate / 100 for i in places]
            for i, share in zip(places, round_to(amount, exact), strict=True):
                shares[i] += share
            booked += amount
    left = tax - booked
    if left and booked:
        places = [i for i, p in enumerate(postings) if p.tax_rate is None]
        if not places:
            raise _Refusal(
                "export-unbalanced", f"the tax by rate adds up to {booked}, the invoice says {tax}",
                "ask the seller for a correct invoice, or correct the amounts",
            )  # fmt: skip
        for i, share in zip(
            places, share_out(left, [postings[i].net for i in places]), strict=True
        ):
            shares[i] += share
    elif left:
        # No breakdown to go by: where the tax falls is told by the lines' own rates.
        weights = [p.net * (p.tax_rate or Decimal(0)) for p in postings]
        if not sum(weights, Decimal(0)):
            weights = [p.net for p in postings]
        shares = share_out(left, weights)
    return [p.model_copy(update={"tax": s}) for p, s in zip(postings, shares, strict=True)]


def _stated(
    invoice: Invoice, lines: Sequence[Posting], sign: int
) -> tuple[Decimal, Decimal, Decimal]:
    """Net, tax and total, signed; a list of lines that states no totals gets the lines' own."""
    net, tax, total = invoice.net, invoice.tax, invoice.total
    if net is None:
        if total is not None and tax is not None:
            net = total - tax
        else:
            net = cents(sum((sign * line.net for line in lines), Decimal(0)))
    if tax is None:
        if total is not None:
            tax = total - net
        elif invoice.taxes:
            tax = sum((row.tax or ZERO for row in invoice.taxes), ZERO)
        else:
            tax = sum(
                (cents(sign * line.net * (line.tax_rate or Decimal(0)) / 100) for line in lines),
                ZERO,
            )
    if total is None:
        total = net + tax
    if any(amount != cents(amount) for amount in (net, tax, total)):
        raise _Refusal(
            "export-unbalanced", "the invoice states totals in fractions of a cent",
            "book this invoice by hand",
        )  # fmt: skip
    if net + tax != total:
        raise _Refusal(
            "export-unbalanced", f"net {net} and tax {tax} do not make the total {total}",
            "ask the seller for a correct invoice, or correct the amounts",
        )  # fmt: skip
    return sign * cents(net), sign * cents(tax), sign * cents(total)


def _finite(coded: CodedInvoice) -> bool:
    invoice = coded.invoice
    amounts = [invoice.net, invoice.tax, invoice.total, invoice.rounding]
    amounts += [line.line.net for line in coded.lines]
    amounts += [amount for line in coded.lines for _, amount in line.splits]
    amounts += [entry.amount for entry in invoice.allowances]
    amounts += [amount for row in invoice.taxes for amount in (row.base, row.tax, row.rate)]
    return all(a is None or (a.is_finite() and abs(a) < LARGEST) for a in amounts)


def _booked(coded: CodedInvoice, settings: ExportSettings) -> Entry:
    invoice = coded.invoice
    number = invoice.number.strip() or (f"R{coded.record_id}" if coded.record_id else "")
    if not number:
        raise _Refusal("export-no-number", "the invoice has no number", "give it a number")
    if invoice.issue_date is None or not FIRST_YEAR <= invoice.issue_date.year <= LAST_YEAR:
        raise _Refusal("export-no-date", "the invoice has no usable date", "give it its date")
    if not _finite(coded):
        raise _Refusal("export-no-amount", "an amount is not a number", "correct the amount")
    # A credit note's amounts are positive; one with a negative total has turned them itself.
    sign = -1 if invoice.type == "credit_note" and (invoice.total or ZERO) >= 0 else 1
    postings: list[Posting] = []
    chart = settings.accounts()
    for place, line in enumerate(coded.lines, start=1):
        postings += _line_postings(line, place, sign, settings, chart)
    net, tax, total = _stated(invoice, postings, sign)
    if not postings and (net or total):
        raise _Refusal(
            "export-no-lines", "the invoice states a total but no lines",
            "enter what was bought as a line and code it",
        )  # fmt: skip
    if not postings:
        raise _Refusal("export-no-lines", "there is nothing to book", "leave it out of the export")
    postings += _document_postings(invoice, postings, sign, settings)
    postings = _taxed(_to_cents(postings, net, settings), invoice, tax, sign)
    if invoice.rounding:
        postings.append(_rounding(sign * cents(invoice.rounding), settings))
        net += sign * cents(invoice.rounding)
        total += sign * cents(invoice.rounding)
    seller = invoice.seller
    return Entry(
        number=number,
        type=invoice.type,
        date=invoice.issue_date,
        due_date=invoice.due_date,
        seller=seller.name or coded.seller_key or "Unknown seller",
        seller_key=coded.seller_key,
        seller_vat_id=seller.vat_id,
        seller_email=seller.email,
        seller_street=seller.street,
        seller_city=seller.city,
        seller_postcode=seller.postcode,
        seller_country=seller.country,
        currency=invoice.currency or settings.currency,
        net=net,
        tax=tax,
        total=total,
        postings=tuple(postings),
        order_reference=invoice.order_reference,
        file=coded.file,
        record_id=coded.record_id,
    )


def book(coded: CodedInvoice, settings: ExportSettings) -> tuple[Entry | None, list[Problem]]:
    """``coded`` as a balanced entry; None with a Problem where it must be held back."""
    try:
        entry = _booked(coded, settings)
    except _Refusal as refusal:
        name = coded.invoice.number or coded.file or "an invoice without number"
        problem = Problem(
            code=refusal.code, message=f"{name}: {refusal.message}; it is held back",
            cure=refusal.cure, file=coded.file or None,
        )  # fmt: skip
        return None, [problem]
    assert sum((p.net + p.tax for p in entry.postings), ZERO) == entry.total
    return entry, _beside(coded, entry)


def _beside(coded: CodedInvoice, entry: Entry) -> list[Problem]:
    """What the amount due holds beside the invoice itself; it is not part of the entry."""
    invoice = coded.invoice
    return [
        Problem(
            code=code,
            message=f"{entry.number}: {amount} {entry.currency} {what}",
            cure="post it by hand where it is paid",
            severity=Severity.WARNING,
            file=coded.file or None,
        )
        for code, amount, what in (
            ("export-withheld", invoice.withheld, "is withheld for the tax office"),
            ("export-third-party", invoice.third_party, "is owed to others through this seller"),
        )
        if amount
    ]


def book_all(
    invoices: Sequence[CodedInvoice], settings: ExportSettings
) -> tuple[list[tuple[CodedInvoice, Entry]], list[Problem]]:
    """Book every invoice; one that comes twice in the same export goes out once."""
    booked: list[tuple[CodedInvoice, Entry]] = []
    problems: list[Problem] = []
    seen: set[tuple[str, str, bool]] = set()
    for coded in invoices:
        entry, found = book(coded, settings)
        problems += found
        if entry is None:
            continue
        who = entry.seller_key or " ".join(entry.seller.casefold().split())
        key = (who, entry.number.casefold(), entry.type == "credit_note")
        if key in seen:
            problems.append(
                Problem(
                    code="export-duplicate",
                    message=f"{entry.number}: this seller's number is in the export already; "
                    "it is held back",
                    cure="check whether the invoice was sent twice, and delete one of the two",
                    severity=Severity.WARNING,
                    file=coded.file or None,
                )
            )
            continue
        seen.add(key)
        booked.append((coded, entry))
    return booked, problems
