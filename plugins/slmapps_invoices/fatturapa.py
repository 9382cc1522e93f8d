"""FatturaPA (versions 1.0 to 1.2, FPA12, FPR12 and the simplified FSM10), to the Invoice record.

One file may hold several bodies under one header; each is an invoice. The withholding tax
(ritenuta) lowers what is due, not the total; the pension fund's share (cassa) is a charge.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from slmapps_invoices.document_types import document_type
from slmapps_invoices.records import Allowance, Invoice, InvoiceLine, Party, TaxSubtotal
from slmapps_invoices.source import Node, Source
from slmapps_invoices.wording import account_number, join_lines

__all__ = ["read_fatturapa"]

_NOTHING = Decimal(0)


def read_fatturapa(source: Source, root: Node) -> list[Invoice]:
    """Read every body of a ``FatturaElettronica`` element."""
    head = source.first(root, "FatturaElettronicaHeader")
    bodies = list(source.each(root, "FatturaElettronicaBody"))
    invoices = []
    for body in bodies:
        # Each body has places of its own; the header's are the same for all.
        part = Source(source.root, source.document, source.attachment)
        invoices.append(_body(part, root, head, body))
        source.problems += part.problems
    return invoices


def _body(source: Source, root: Node, head: Node | None, body: Node) -> Invoice:
    about = source.first(body, "DatiGenerali/DatiGeneraliDocumento")
    goods = source.first(body, "DatiBeniServizi")
    code = source.text(about, "TipoDocumento", "type_code") or "TD01"
    simplified = source.first(goods, "Importo") is not None
    lines, taxes = (
        _simple_goods(source, body)
        if simplified
        else (_lines(source, goods), _taxes(source, goods))
    )
    allowances = _allowances(source, about, goods)
    withheld = _sum(source, about, "DatiRitenuta/ImportoRitenuta", "withheld")
    net, tax = _sums(lines, taxes)
    rounding = source.amount(about, "Arrotondamento", "rounding")
    stated = source.amount(about, "ImportoTotaleDocumento", "total")
    total = stated
    if total is None and net is not None:
        total = net + (tax or _NOTHING) + (rounding or _NOTHING)
    account, bic = _account(source, body)
    seller = _party(source, source.first(head, "CedentePrestatore"), "seller")
    return Invoice(
        number=source.text(about, "Numero", "number"),
        issue_date=source.day(about, "Data", "issue_date"),
        due_date=source.day(
            body, "DatiPagamento/DettaglioPagamento/DataScadenzaPagamento", "due_date"
        ),
        type=document_type(code),
        type_code=code,
        currency=source.text(about, "Divisa", "currency"),
        seller=seller.model_copy(update={"iban": account, "bic": bic}),
        buyer=_party(source, source.first(head, "CessionarioCommittente"), "buyer"),
        line_total=_total(line.net for line in lines),
        allowance_total=_total(part.amount for part in allowances if not part.charge),
        charge_total=_total(part.amount for part in allowances if part.charge),
        net=net,
        tax=tax,
        total=total,
        rounding=rounding,
        withheld=withheld,
        stamp_duty=source.amount(about, "DatiBollo/ImportoBollo", "stamp_duty"),
        due=_due(source, body, total, withheld),
        taxes=taxes,
        allowances=allowances,
        lines=lines,
        buyer_account=source.text(
            head, "CessionarioCommittente/RiferimentoAmministrazione", "buyer_account"
        )
        or source.text(head, "CedentePrestatore/RiferimentoAmministrazione", "buyer_account"),
        buyer_reference=source.text(head, "DatiTrasmissione/CodiceDestinatario", "buyer_reference"),
        order_reference=source.text(
            body, "DatiGenerali/DatiOrdineAcquisto/IdDocumento", "order_reference"
        ),
        payment_reference=source.text(
            body, "DatiPagamento/DettaglioPagamento/CodicePagamento", "payment_reference"
        ),
        payment_terms=source.text(body, "DatiPagamento/CondizioniPagamento", "payment_terms"),
        notes=source.texts(about, "Causale"),
        accounts=(account,) if account else (),
        syntax="FatturaPA",
        profile=root.get("versione", "")
        or source.text(head, "DatiTrasmissione/FormatoTrasmissione"),
        places=source.places,
    )


def _party(source: Source, node: Node | None, key: str) -> Party:
    # The simplified form has the names without the groups around them.
    data = source.first(node, "DatiAnagrafici")
    names = source.first(data, "Anagrafica")
    data = node if data is None else data
    names = data if names is None else names
    seat = source.first(node, "Sede")
    person = (source.text(names, "Nome"), source.text(names, "Cognome", f"{key}.name"))
    street = (source.text(seat, "Indirizzo", f"{key}.street"), source.text(seat, "NumeroCivico"))
    number = source.text(data, "IdFiscaleIVA/IdCodice", f"{key}.vat_id")
    return Party(
        name=source.text(names, "Denominazione", f"{key}.name")
        or " ".join(part for part in person if part),
        vat_id=source.text(data, "IdFiscaleIVA/IdPaese") + number if number else "",
        tax_id=source.text(data, "CodiceFiscale", f"{key}.tax_id"),
        street=" ".join(part for part in street if part),
        city=source.text(seat, "Comune", f"{key}.city"),
        postcode=source.text(seat, "CAP", f"{key}.postcode"),
        country=source.text(seat, "Nazione", f"{key}.country"),
        legal_id=source.text(node, "IscrizioneREA/NumeroREA", f"{key}.legal_id"),
        email=source.text(node, "Contatti/Email", f"{key}.email"),
    )


def _lines(source: Source, goods: Node | None) -> tuple[InvoiceLine, ...]:
    return tuple(
        _line(source, node, f"lines[{at}]")
        for at, node in enumerate(source.each(goods, "DettaglioLinee"))
    )


def _line(source: Source, node: Node, key: str) -> InvoiceLine:
    codes = []
    for code in source.each(node, "CodiceArticolo"):
        value = source.text(code, "CodiceValore", f"{key}.classifications")
        if value:
            codes.append(f"{source.text(code, 'CodiceTipo')}:{value}")
    return InvoiceLine(
        id=source.text(node, "NumeroLinea", f"{key}.id"),
        description=source.text(node, "Descrizione", f"{key}.description"),
        quantity=source.amount(node, "Quantita", f"{key}.quantity"),
        unit=source.text(node, "UnitaMisura", f"{key}.unit"),
        unit_price=source.amount(node, "PrezzoUnitario", f"{key}.unit_price"),
        net=source.amount(node, "PrezzoTotale", f"{key}.net"),
        tax_rate=source.amount(node, "AliquotaIVA", f"{key}.tax_rate"),
        tax_category=source.text(node, "Natura", f"{key}.tax_category"),
        buyer_account=source.text(node, "RiferimentoAmministrazione", f"{key}.buyer_account"),
        classifications=tuple(codes),
        note=join_lines(source.texts(node, "AltriDatiGestionali/RiferimentoTesto")),
    )


def _simple_goods(
    source: Source, body: Node
) -> tuple[tuple[InvoiceLine, ...], tuple[TaxSubtotal, ...]]:
    """Read the lines of a simplified invoice, whose amounts include the tax."""
    lines, taxes = [], []
    for at, node in enumerate(source.each(body, "DatiBeniServizi")):
        key = f"lines[{at}]"
        gross = source.amount(node, "Importo", f"{key}.net")
        tax = source.amount(node, "DatiIVA/Imposta")
        rate = source.amount(node, "DatiIVA/Aliquota", f"{key}.tax_rate")
        if tax is None and gross is not None and rate is not None:
            tax = gross - (gross / (1 + rate / 100)).quantize(Decimal("0.01"))
        net = None if gross is None else gross - (tax or _NOTHING)
        lines.append(
            InvoiceLine(
                id=str(at + 1),
                description=source.text(node, "Descrizione", f"{key}.description"),
                net=net,
                tax_rate=rate,
                tax_category=source.text(node, "Natura", f"{key}.tax_category"),
            )
        )
        taxes.append(TaxSubtotal(rate=rate, base=net, tax=tax or _NOTHING))
    return tuple(lines), tuple(taxes)


def _taxes(source: Source, goods: Node | None) -> tuple[TaxSubtotal, ...]:
    return tuple(
        TaxSubtotal(
            category=source.text(node, "Natura", f"taxes[{at}].category"),
            rate=source.amount(node, "AliquotaIVA", f"taxes[{at}].rate"),
            base=source.amount(node, "ImponibileImporto", f"taxes[{at}].base"),
            tax=source.amount(node, "Imposta", f"taxes[{at}].tax"),
        )
        for at, node in enumerate(source.each(goods, "DatiRiepilogo"))
    )


def _allowances(source: Source, about: Node | None, goods: Node | None) -> tuple[Allowance, ...]:
    found = [
        Allowance(
            charge=True,
            amount=source.amount(node, "ImportoContributoCassa"),
            tax_rate=source.amount(node, "AliquotaIVA"),
            reason=f"Cassa previdenziale {source.text(node, 'TipoCassa')}".strip(),
        )
        for node in source.each(about, "DatiCassaPrevidenziale")
    ]
    for node in source.each(goods, "DatiRiepilogo"):
        extra = source.amount(node, "SpeseAccessorie")
        if extra:
            rate = source.amount(node, "AliquotaIVA")
            found.append(
                Allowance(charge=True, amount=extra, tax_rate=rate, reason="Spese accessorie")
            )
    for node in source.each(about, "ScontoMaggiorazione"):
        amount = source.amount(node, "Importo")
        if amount is not None:
            charge = source.text(node, "Tipo").upper() == "MG"
            found.append(Allowance(charge=charge, amount=amount, reason="Sconto o maggiorazione"))
    return tuple(found)


def _sums(
    lines: tuple[InvoiceLine, ...], taxes: tuple[TaxSubtotal, ...]
) -> tuple[Decimal | None, Decimal | None]:
    if taxes:
        return _total(part.base for part in taxes), _total(part.tax for part in taxes)
    return _total(line.net for line in lines), None


def _due(
    source: Source, body: Node, total: Decimal | None, withheld: Decimal | None
) -> Decimal | None:
    """Give the sum of the payments asked for, else the total less what is withheld."""
    asked = _sum(source, body, "DatiPagamento/DettaglioPagamento/ImportoPagamento", "due")
    if asked is not None or total is None:
        return asked
    return total - (withheld or _NOTHING)


def _account(source: Source, body: Node) -> tuple[str, str]:
    for node in source.each(body, "DatiPagamento/DettaglioPagamento"):
        account = account_number(source.text(node, "IBAN", "seller.iban"))
        if account:
            return account, source.text(node, "BIC", "seller.bic")
    return "", ""


def _sum(source: Source, node: Node | None, path: str, key: str) -> Decimal | None:
    return _total(source.number(element, key) for element in source.each(node, path))


def _total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, _NOTHING) if known else None
