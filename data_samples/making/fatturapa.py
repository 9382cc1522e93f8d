"""An invoice as Italian FatturaPA (version 1.2, FPR12) to a buyer abroad."""

from __future__ import annotations

from lxml import etree

from slmapps_invoices.records import Invoice, Party

__all__ = ["fatturapa_bytes"]

NAMESPACE = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"
NATURE = "N3.2"  # a supply inside the Union, untaxed


def _add(parent: etree._Element, path: str, text: object = None) -> etree._Element:
    """Add the elements of ``path`` (``A/B/C``) under ``parent`` and set the last one's text."""
    element = parent
    for name in path.split("/"):
        element = etree.SubElement(element, name)
    if text is not None:
        element.text = str(text)
    return element


def _seat(parent: etree._Element, who: Party) -> None:
    seat = _add(parent, "Sede")
    _add(seat, "Indirizzo", who.street)
    # A postcode that is not five digits is written as zeros, as the tax office asks.
    _add(seat, "CAP", who.postcode if who.postcode.isdigit() else "00000")
    _add(seat, "Comune", who.city)
    _add(seat, "Nazione", who.country)


def fatturapa_bytes(invoice: Invoice) -> bytes:
    """``invoice`` with every line untaxed under Natura N3.2."""
    root = etree.Element(
        f"{{{NAMESPACE}}}FatturaElettronica", {"versione": "FPR12"}, nsmap={"p": NAMESPACE}
    )
    seller, buyer = invoice.seller, invoice.buyer
    header = _add(root, "FatturaElettronicaHeader")
    sending = _add(header, "DatiTrasmissione")
    sender = _add(sending, "IdTrasmittente")
    _add(sender, "IdPaese", "IT")
    _add(sender, "IdCodice", seller.vat_id[2:])
    _add(sending, "ProgressivoInvio", "00214")
    _add(sending, "FormatoTrasmissione", "FPR12")
    _add(sending, "CodiceDestinatario", "XXXXXXX")
    for tag, who in (("CedentePrestatore", seller), ("CessionarioCommittente", buyer)):
        party = _add(header, tag)
        data = _add(party, "DatiAnagrafici")
        number = _add(data, "IdFiscaleIVA")
        _add(number, "IdPaese", who.vat_id[:2])
        _add(number, "IdCodice", who.vat_id[2:])
        _add(data, "Anagrafica/Denominazione", who.name)
        if tag == "CedentePrestatore":
            _add(data, "RegimeFiscale", "RF01")
        _seat(party, who)
    body = _add(root, "FatturaElettronicaBody")
    document = _add(body, "DatiGenerali/DatiGeneraliDocumento")
    _add(document, "TipoDocumento", "TD01")
    _add(document, "Divisa", invoice.currency)
    _add(document, "Data", invoice.issue_date)
    _add(document, "Numero", invoice.number)
    _add(document, "ImportoTotaleDocumento", invoice.total)
    for note in invoice.notes:
        _add(document, "Causale", note)
    goods = _add(body, "DatiBeniServizi")
    for line in invoice.lines:
        detail = _add(goods, "DettaglioLinee")
        _add(detail, "NumeroLinea", line.id)
        _add(detail, "Descrizione", line.description)
        _add(detail, "Quantita", f"{line.quantity:.2f}")
        _add(detail, "UnitaMisura", {"KGM": "kg"}.get(line.unit, "pz"))
        _add(detail, "PrezzoUnitario", f"{line.unit_price:.2f}")
        _add(detail, "PrezzoTotale", f"{line.net:.2f}")
        _add(detail, "AliquotaIVA", "0.00")
        _add(detail, "Natura", NATURE)
    summary = _add(goods, "DatiRiepilogo")
    _add(summary, "AliquotaIVA", "0.00")
    _add(summary, "Natura", NATURE)
    _add(summary, "ImponibileImporto", invoice.net)
    _add(summary, "Imposta", "0.00")
    _add(summary, "RiferimentoNormativo", invoice.notes[0])
    payment = _add(body, "DatiPagamento")
    _add(payment, "CondizioniPagamento", "TP02")
    detail = _add(payment, "DettaglioPagamento")
    _add(detail, "ModalitaPagamento", "MP05")
    _add(detail, "DataScadenzaPagamento", invoice.due_date)
    _add(detail, "ImportoPagamento", invoice.due)
    _add(detail, "IBAN", seller.iban)
    etree.indent(root, space="  ")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
