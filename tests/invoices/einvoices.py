"""Invented e-invoices for the tests: one case, written in each syntax."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import pikepdf
from reportlab.pdfgen.canvas import Canvas

__all__ = ["CASE", "Case", "cii", "fattura", "pdf", "peppol_envelope", "ubl", "zugferd1"]


@dataclass(frozen=True)
class Case:
    """The figures of one invoice, as text; each test breaks the one it is about."""

    number: str = "HW-2025/0417"
    date: str = "2025-03-31"
    type_code: str = "380"
    line_nets: tuple[str, str] = ("120.00", "16.50")
    allowance: str = "6.50"
    charge: str = "10.00"
    line_total: str = "136.50"
    allowance_total: str = "6.50"
    charge_total: str = "10.00"
    net: str = "140.00"
    base: str = "140.00"
    subtotal: str = "26.60"
    tax: str = "26.60"
    total: str = "166.60"
    paid: str = "16.60"
    rounding: str = "0.40"
    due: str = "150.40"
    text: str = "Oak shelf, oiled"

    def but(self, **changes: object) -> Case:
        """This case with other figures."""
        return replace(self, **changes)


CASE = Case()


def ubl(case: Case = CASE, *, credit: bool = False, prefix: str = "") -> bytes:
    """UBL 2.1, with the common components under any prefix."""
    a, b = (f"{prefix}a:", f"{prefix}b:")
    root, line, quantity = (
        ("CreditNote", "CreditNoteLine", "CreditedQuantity")
        if credit
        else ("Invoice", "InvoiceLine", "InvoicedQuantity")
    )
    code = "CreditNoteTypeCode" if credit else "InvoiceTypeCode"
    due_date = "" if credit else "<b:DueDate>2025-04-30</b:DueDate>"
    means_date = "<b:PaymentDueDate>2025-04-30</b:PaymentDueDate>" if credit else ""
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
 xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<b:CustomizationID>urn:cen.eu:en16931:2017</b:CustomizationID>
<b:ID>{case.number}</b:ID><b:IssueDate>{case.date}</b:IssueDate>{due_date}
<b:{code}>{case.type_code}</b:{code}><b:Note>#AAI#Thank you.</b:Note>
<b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>
<b:AccountingCost>4711-OFFICE</b:AccountingCost><b:BuyerReference>DESK-9</b:BuyerReference>
<a:OrderReference><b:ID>PO-88</b:ID></a:OrderReference>
<a:AccountingSupplierParty><a:Party><a:PartyName><b:Name>Hazel's</b:Name></a:PartyName>
<a:PostalAddress><b:StreetName>Mill Lane 3</b:StreetName><b:CityName>Linz</b:CityName>
<b:PostalZone>4020</b:PostalZone><a:Country><b:IdentificationCode>AT</b:IdentificationCode></a:Country>
</a:PostalAddress>
<a:PartyTaxScheme><b:CompanyID>ATU00000000</b:CompanyID><a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme>
</a:PartyTaxScheme>
<a:PartyTaxScheme><b:CompanyID>12 345</b:CompanyID><a:TaxScheme><b:ID>FC</b:ID></a:TaxScheme>
</a:PartyTaxScheme>
<a:PartyLegalEntity><b:RegistrationName>Hazel Woodworks GmbH</b:RegistrationName>
<b:CompanyID>FN 1</b:CompanyID></a:PartyLegalEntity>
<a:Contact><b:ElectronicMail>books@hazel.example</b:ElectronicMail></a:Contact>
</a:Party></a:AccountingSupplierParty>
<a:AccountingCustomerParty><a:Party><a:PartyLegalEntity>
<b:RegistrationName>Brook Bakery</b:RegistrationName></a:PartyLegalEntity></a:Party>
</a:AccountingCustomerParty>
<a:PaymentMeans><b:PaymentMeansCode>58</b:PaymentMeansCode>{means_date}<b:PaymentID>RF18</b:PaymentID>
<a:PayeeFinancialAccount><b:ID>AT00 1111 2222 3333 4444</b:ID>
<a:FinancialInstitutionBranch><b:ID>TESTATWW</b:ID></a:FinancialInstitutionBranch>
</a:PayeeFinancialAccount></a:PaymentMeans>
<a:PaymentTerms><b:Note>30 days</b:Note></a:PaymentTerms>
<a:AllowanceCharge><b:ChargeIndicator>false</b:ChargeIndicator>
<b:AllowanceChargeReason>Loyalty</b:AllowanceChargeReason><b:Amount currencyID="EUR">{case.allowance}</b:Amount>
<a:TaxCategory><b:ID>S</b:ID><b:Percent>19</b:Percent></a:TaxCategory></a:AllowanceCharge>
<a:AllowanceCharge><b:ChargeIndicator>true</b:ChargeIndicator>
<b:AllowanceChargeReason>Freight</b:AllowanceChargeReason><b:Amount currencyID="EUR">{case.charge}</b:Amount>
<a:TaxCategory><b:ID>S</b:ID><b:Percent>19</b:Percent></a:TaxCategory></a:AllowanceCharge>
<a:TaxTotal><b:TaxAmount currencyID="EUR">{case.tax}</b:TaxAmount><a:TaxSubtotal>
<b:TaxableAmount currencyID="EUR">{case.base}</b:TaxableAmount>
<b:TaxAmount currencyID="EUR">{case.subtotal}</b:TaxAmount>
<a:TaxCategory><b:ID>S</b:ID><b:Percent>19</b:Percent></a:TaxCategory></a:TaxSubtotal></a:TaxTotal>
<a:TaxTotal><b:TaxAmount currencyID="SEK">300.00</b:TaxAmount></a:TaxTotal>
<a:LegalMonetaryTotal>
<b:LineExtensionAmount currencyID="EUR">{case.line_total}</b:LineExtensionAmount>
<b:TaxExclusiveAmount currencyID="EUR">{case.net}</b:TaxExclusiveAmount>
<b:TaxInclusiveAmount currencyID="EUR">{case.total}</b:TaxInclusiveAmount>
<b:AllowanceTotalAmount currencyID="EUR">{case.allowance_total}</b:AllowanceTotalAmount>
<b:ChargeTotalAmount currencyID="EUR">{case.charge_total}</b:ChargeTotalAmount>
<b:PrepaidAmount currencyID="EUR">{case.paid}</b:PrepaidAmount>
<b:PayableRoundingAmount currencyID="EUR">{case.rounding}</b:PayableRoundingAmount>
<b:PayableAmount currencyID="EUR">{case.due}</b:PayableAmount></a:LegalMonetaryTotal>
<a:{line}><b:ID>1</b:ID><b:Note>deep</b:Note><b:{quantity} unitCode="C62">10</b:{quantity}>
<b:LineExtensionAmount currencyID="EUR">{case.line_nets[0]}</b:LineExtensionAmount>
<b:AccountingCost>0420</b:AccountingCost><a:OrderLineReference><b:LineID>7</b:LineID></a:OrderLineReference>
<a:AllowanceCharge><b:ChargeIndicator>false</b:ChargeIndicator><b:Amount currencyID="EUR">5.00</b:Amount>
</a:AllowanceCharge>
<a:Item><b:Description>80 cm</b:Description><b:Name>{case.text}</b:Name>
<a:SellersItemIdentification><b:ID>OS-80</b:ID></a:SellersItemIdentification>
<a:CommodityClassification><b:ItemClassificationCode listID="STI">56101700</b:ItemClassificationCode>
</a:CommodityClassification>
<a:ClassifiedTaxCategory><b:ID>S</b:ID><b:Percent>19</b:Percent></a:ClassifiedTaxCategory></a:Item>
<a:Price><b:PriceAmount currencyID="EUR">12.50</b:PriceAmount></a:Price></a:{line}>
<a:{line}><b:ID>2</b:ID><b:{quantity} unitCode="C62">3</b:{quantity}>
<b:LineExtensionAmount currencyID="EUR">{case.line_nets[1]}</b:LineExtensionAmount>
<a:Item><b:Name>Screws</b:Name>
<a:ClassifiedTaxCategory><b:ID>S</b:ID><b:Percent>19</b:Percent></a:ClassifiedTaxCategory></a:Item>
<a:Price><b:PriceAmount currencyID="EUR">11.00</b:PriceAmount><b:BaseQuantity unitCode="C62">2</b:BaseQuantity>
</a:Price></a:{line}></{root}>"""
    for old, new in (("a:", a), ("b:", b)):
        text = text.replace(f"<{old}", f"<{new}").replace(f"</{old}", f"</{new}")
        text = text.replace(f"xmlns:{old[:-1]}=", f"xmlns:{new[:-1]}=")
    return text.encode()


def cii(case: Case = CASE, *, prefix: str = "", profile: str = "urn:cen.eu:en16931:2017") -> bytes:
    """Cross Industry Invoice D16B, as Factur-X and ZUGFeRD 2 embed it."""
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>{profile}</ram:ID>
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{case.number}</ram:ID><ram:TypeCode>{case.type_code}</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">{case.date.replace("-", "")}</udt:DateTimeString>
</ram:IssueDateTime><ram:IncludedNote><ram:Content>Thank you.</ram:Content><ram:SubjectCode>AAI</ram:SubjectCode>
</ram:IncludedNote></rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction>
<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID>
<ram:IncludedNote><ram:Content>deep</ram:Content></ram:IncludedNote></ram:AssociatedDocumentLineDocument>
<ram:SpecifiedTradeProduct><ram:SellerAssignedID>OS-80</ram:SellerAssignedID><ram:Name>{case.text}</ram:Name>
<ram:Description>80 cm</ram:Description><ram:DesignatedProductClassification>
<ram:ClassCode listID="STI">56101700</ram:ClassCode></ram:DesignatedProductClassification>
</ram:SpecifiedTradeProduct><ram:SpecifiedLineTradeAgreement>
<ram:BuyerOrderReferencedDocument><ram:LineID>7</ram:LineID></ram:BuyerOrderReferencedDocument>
<ram:NetPriceProductTradePrice><ram:ChargeAmount>12.50</ram:ChargeAmount></ram:NetPriceProductTradePrice>
</ram:SpecifiedLineTradeAgreement><ram:SpecifiedLineTradeDelivery>
<ram:BilledQuantity unitCode="C62">10</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
<ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode>
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent>
</ram:ApplicableTradeTax><ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>false
</udt:Indicator></ram:ChargeIndicator><ram:ActualAmount>5.00</ram:ActualAmount></ram:SpecifiedTradeAllowanceCharge>
<ram:SpecifiedTradeSettlementLineMonetarySummation>
<ram:LineTotalAmount>{case.line_nets[0]}</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>
<ram:ReceivableSpecifiedTradeAccountingAccount><ram:ID>0420</ram:ID>
</ram:ReceivableSpecifiedTradeAccountingAccount></ram:SpecifiedLineTradeSettlement>
</ram:IncludedSupplyChainTradeLineItem>
<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>2</ram:LineID>
</ram:AssociatedDocumentLineDocument><ram:SpecifiedTradeProduct><ram:Name>Screws</ram:Name>
</ram:SpecifiedTradeProduct><ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>
<ram:ChargeAmount>11.00</ram:ChargeAmount><ram:BasisQuantity unitCode="C62">2</ram:BasisQuantity>
</ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement><ram:SpecifiedLineTradeDelivery>
<ram:BilledQuantity unitCode="C62">3</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
<ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode>
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent>
</ram:ApplicableTradeTax><ram:SpecifiedTradeSettlementLineMonetarySummation>
<ram:LineTotalAmount>{case.line_nets[1]}</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation>
</ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>
<ram:ApplicableHeaderTradeAgreement><ram:BuyerReference>DESK-9</ram:BuyerReference><ram:SellerTradeParty>
<ram:Name>Hazel Woodworks GmbH</ram:Name><ram:SpecifiedLegalOrganization><ram:ID>FN 1</ram:ID>
<ram:TradingBusinessName>Hazel's</ram:TradingBusinessName></ram:SpecifiedLegalOrganization>
<ram:DefinedTradeContact><ram:EmailURIUniversalCommunication><ram:URIID>books@hazel.example</ram:URIID>
</ram:EmailURIUniversalCommunication></ram:DefinedTradeContact><ram:PostalTradeAddress>
<ram:PostcodeCode>4020</ram:PostcodeCode><ram:LineOne>Mill Lane 3</ram:LineOne><ram:CityName>Linz</ram:CityName>
<ram:CountryID>AT</ram:CountryID></ram:PostalTradeAddress><ram:SpecifiedTaxRegistration>
<ram:ID schemeID="FC">12 345</ram:ID></ram:SpecifiedTaxRegistration><ram:SpecifiedTaxRegistration>
<ram:ID schemeID="VA">ATU00000000</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>Brook Bakery</ram:Name></ram:BuyerTradeParty>
<ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>PO-88</ram:IssuerAssignedID>
</ram:BuyerOrderReferencedDocument></ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery/><ram:ApplicableHeaderTradeSettlement>
<ram:PaymentReference>RF18</ram:PaymentReference><ram:TaxCurrencyCode>SEK</ram:TaxCurrencyCode>
<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode><ram:SpecifiedTradeSettlementPaymentMeans>
<ram:TypeCode>58</ram:TypeCode><ram:PayeePartyCreditorFinancialAccount>
<ram:IBANID>AT00 1111 2222 3333 4444</ram:IBANID></ram:PayeePartyCreditorFinancialAccount>
<ram:PayeeSpecifiedCreditorFinancialInstitution><ram:BICID>TESTATWW</ram:BICID>
</ram:PayeeSpecifiedCreditorFinancialInstitution></ram:SpecifiedTradeSettlementPaymentMeans>
<ram:ApplicableTradeTax><ram:CalculatedAmount>{case.subtotal}</ram:CalculatedAmount>
<ram:TypeCode>VAT</ram:TypeCode><ram:BasisAmount>{case.base}</ram:BasisAmount>
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent>
</ram:ApplicableTradeTax><ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>false</udt:Indicator>
</ram:ChargeIndicator><ram:ActualAmount>{case.allowance}</ram:ActualAmount><ram:Reason>Loyalty</ram:Reason>
<ram:CategoryTradeTax><ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:CategoryTradeTax>
</ram:SpecifiedTradeAllowanceCharge><ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator>
<udt:Indicator>true</udt:Indicator></ram:ChargeIndicator><ram:ActualAmount>{case.charge}</ram:ActualAmount>
<ram:Reason>Freight</ram:Reason><ram:CategoryTradeTax><ram:RateApplicablePercent>19</ram:RateApplicablePercent>
</ram:CategoryTradeTax></ram:SpecifiedTradeAllowanceCharge><ram:SpecifiedTradePaymentTerms>
<ram:Description>30 days</ram:Description><ram:DueDateDateTime>
<udt:DateTimeString format="102">20250430</udt:DateTimeString></ram:DueDateDateTime>
</ram:SpecifiedTradePaymentTerms><ram:SpecifiedTradeSettlementHeaderMonetarySummation>
<ram:LineTotalAmount>{case.line_total}</ram:LineTotalAmount>
<ram:ChargeTotalAmount>{case.charge_total}</ram:ChargeTotalAmount>
<ram:AllowanceTotalAmount>{case.allowance_total}</ram:AllowanceTotalAmount>
<ram:TaxBasisTotalAmount>{case.net}</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="SEK">300.00</ram:TaxTotalAmount>
<ram:TaxTotalAmount currencyID="EUR">{case.tax}</ram:TaxTotalAmount>
<ram:RoundingAmount>{case.rounding}</ram:RoundingAmount><ram:GrandTotalAmount>{case.total}</ram:GrandTotalAmount>
<ram:TotalPrepaidAmount>{case.paid}</ram:TotalPrepaidAmount>
<ram:DuePayableAmount>{case.due}</ram:DuePayableAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>
<ram:ReceivableSpecifiedTradeAccountingAccount><ram:ID>4711-OFFICE</ram:ID>
</ram:ReceivableSpecifiedTradeAccountingAccount></ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"""
    for name in ("rsm", "ram", "udt") if prefix else ():
        text = text.replace(f"{name}:", f"{prefix}{name}:").replace(
            f"xmlns:{name}=", f"xmlns:{prefix}{name}="
        )
    return text.encode()


def zugferd1(case: Case = CASE, *, candidate: bool = False) -> bytes:
    """ZUGFeRD 1.0, or its release candidate, with a remark line and a logistics charge."""
    ram = "" if candidate else "ram:"
    root = "Invoice" if candidate else "CrossIndustryDocument"
    day = case.date.replace("-", "")
    stamp = (
        f'<IssueDateTime format="102">{day}</IssueDateTime>'
        if candidate
        else f'<R:IssueDateTime><udt:DateTimeString format="102">{day}</udt:DateTimeString></R:IssueDateTime>'
    )
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:{root} xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:15">
<rsm:SpecifiedExchangedDocumentContext><R:GuidelineSpecifiedDocumentContextParameter>
<R:ID>{"urn:ferd:invoice:rc:comfort" if candidate else "urn:ferd:CrossIndustryDocument:invoice:1p0:extended"}</R:ID>
</R:GuidelineSpecifiedDocumentContextParameter></rsm:SpecifiedExchangedDocumentContext>
<rsm:HeaderExchangedDocument><R:ID>{case.number}</R:ID><R:TypeCode>380</R:TypeCode>{stamp}
</rsm:HeaderExchangedDocument><rsm:SpecifiedSupplyChainTradeTransaction>
<R:ApplicableSupplyChainTradeAgreement><R:SellerTradeParty><R:Name>Hazel Woodworks GmbH</R:Name>
</R:SellerTradeParty><R:BuyerTradeParty><R:Name>Brook Bakery</R:Name></R:BuyerTradeParty>
</R:ApplicableSupplyChainTradeAgreement><R:ApplicableSupplyChainTradeSettlement>
<R:InvoiceCurrencyCode>EUR</R:InvoiceCurrencyCode>
<R:ApplicableTradeTax><R:CalculatedAmount>26.60</R:CalculatedAmount><R:BasisAmount>140.00</R:BasisAmount>
<R:ApplicablePercent>19.00</R:ApplicablePercent></R:ApplicableTradeTax>
<R:SpecifiedTradeAllowanceCharge><R:ChargeIndicator><udt:Indicator>false</udt:Indicator></R:ChargeIndicator>
<R:ActualAmount>6.50</R:ActualAmount></R:SpecifiedTradeAllowanceCharge>
<R:SpecifiedLogisticsServiceCharge><R:Description>Freight</R:Description><R:AppliedAmount>10.00</R:AppliedAmount>
</R:SpecifiedLogisticsServiceCharge><R:SpecifiedTradeSettlementMonetarySummation>
<R:LineTotalAmount currencyID="EUR">136.50</R:LineTotalAmount><R:ChargeTotalAmount>10.00</R:ChargeTotalAmount>
<R:AllowanceTotalAmount>6.50</R:AllowanceTotalAmount><R:TaxBasisTotalAmount>140.00</R:TaxBasisTotalAmount>
<R:TaxTotalAmount currencyID="EUR">26.60</R:TaxTotalAmount><R:GrandTotalAmount>166.60</R:GrandTotalAmount>
<R:DuePayableAmount>166.60</R:DuePayableAmount></R:SpecifiedTradeSettlementMonetarySummation>
</R:ApplicableSupplyChainTradeSettlement>
<R:IncludedSupplyChainTradeLineItem><R:AssociatedDocumentLineDocument><R:IncludedNote>
<R:Content>As delivered in March:</R:Content></R:IncludedNote></R:AssociatedDocumentLineDocument>
<R:SpecifiedSupplyChainTradeSettlement/></R:IncludedSupplyChainTradeLineItem>
<R:IncludedSupplyChainTradeLineItem><R:AssociatedDocumentLineDocument><R:LineID>1</R:LineID>
</R:AssociatedDocumentLineDocument><R:SpecifiedSupplyChainTradeAgreement><R:NetPriceProductTradePrice>
<R:ChargeAmount>13.65</R:ChargeAmount></R:NetPriceProductTradePrice></R:SpecifiedSupplyChainTradeAgreement>
<R:SpecifiedSupplyChainTradeDelivery><R:BilledQuantity unitCode="C62">10.0000</R:BilledQuantity>
</R:SpecifiedSupplyChainTradeDelivery><R:SpecifiedSupplyChainTradeSettlement><R:ApplicableTradeTax>
<R:ApplicablePercent>19.00</R:ApplicablePercent></R:ApplicableTradeTax>
<R:SpecifiedTradeSettlementMonetarySummation><R:LineTotalAmount>136.50</R:LineTotalAmount>
</R:SpecifiedTradeSettlementMonetarySummation></R:SpecifiedSupplyChainTradeSettlement>
<R:SpecifiedTradeProduct><R:Name>Oak shelf</R:Name></R:SpecifiedTradeProduct>
</R:IncludedSupplyChainTradeLineItem></rsm:SpecifiedSupplyChainTradeTransaction></rsm:{root}>"""
    return text.replace("R:", ram).encode()


def fattura(bodies: int = 1) -> bytes:
    """FatturaPA of a consultant: pension fund, withholding tax and stamp duty."""
    body = """<FatturaElettronicaBody><DatiGenerali><DatiGeneraliDocumento>
<TipoDocumento>TD06</TipoDocumento><Divisa>EUR</Divisa><Data>2025-03-31</Data><Numero>P/{n}</Numero>
<DatiRitenuta><TipoRitenuta>RT01</TipoRitenuta><ImportoRitenuta>200.00</ImportoRitenuta></DatiRitenuta>
<DatiBollo><BolloVirtuale>SI</BolloVirtuale><ImportoBollo>2.00</ImportoBollo></DatiBollo>
<DatiCassaPrevidenziale><TipoCassa>TC22</TipoCassa><ImportoContributoCassa>40.00</ImportoContributoCassa>
<AliquotaIVA>22.00</AliquotaIVA></DatiCassaPrevidenziale>
<ImportoTotaleDocumento>1268.80</ImportoTotaleDocumento></DatiGeneraliDocumento></DatiGenerali>
<DatiBeniServizi><DettaglioLinee><NumeroLinea>1</NumeroLinea><CodiceArticolo><CodiceTipo>CPV</CodiceTipo>
<CodiceValore>79411000</CodiceValore></CodiceArticolo><Descrizione>Consulenza</Descrizione>
<PrezzoUnitario>1000.00</PrezzoUnitario><PrezzoTotale>1000.00</PrezzoTotale><AliquotaIVA>22.00</AliquotaIVA>
<RiferimentoAmministrazione>CAP-12</RiferimentoAmministrazione></DettaglioLinee>
<DatiRiepilogo><AliquotaIVA>22.00</AliquotaIVA><ImponibileImporto>1040.00</ImponibileImporto>
<Imposta>228.80</Imposta></DatiRiepilogo></DatiBeniServizi><DatiPagamento><DettaglioPagamento>
<ImportoPagamento>1068.80</ImportoPagamento><IBAN>IT00A0000000000000000000001</IBAN></DettaglioPagamento>
</DatiPagamento></FatturaElettronicaBody>"""
    return (
        """<?xml version="1.0" encoding="UTF-8"?>
<p:FatturaElettronica versione="FPR12" xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2">
<FatturaElettronicaHeader><CedentePrestatore><DatiAnagrafici><IdFiscaleIVA><IdPaese>IT</IdPaese>
<IdCodice>00000000000</IdCodice></IdFiscaleIVA><Anagrafica><Nome>Ada</Nome><Cognome>Prova</Cognome></Anagrafica>
</DatiAnagrafici></CedentePrestatore><CessionarioCommittente><DatiAnagrafici><Anagrafica>
<Denominazione>Forno Rio</Denominazione></Anagrafica></DatiAnagrafici></CessionarioCommittente>
</FatturaElettronicaHeader>"""
        + "".join(body.replace("{n}", str(number)) for number in range(1, bodies + 1))
        + "</p:FatturaElettronica>"
    ).encode()


def peppol_envelope(invoice: bytes) -> bytes:
    """An invoice in the envelope that Peppol sends it in."""
    body = invoice.partition(b"?>")[2]
    return (
        b'<?xml version="1.0" encoding="UTF-8"?><StandardBusinessDocument xmlns="http://www.unece.org/cefact/'
        b'namespaces/StandardBusinessDocumentHeader"><StandardBusinessDocumentHeader/>'
        + body
        + b"</StandardBusinessDocument>"
    )


def pdf(lines: list[str], attachments: dict[str, bytes] | None = None, **save: object) -> bytes:
    """A one-page PDF that shows ``lines``, with files attached."""
    page = io.BytesIO()
    canvas = Canvas(page)
    for number, line in enumerate(lines):
        canvas.drawString(72, 760 - 16 * number, line)
    canvas.save()
    document = pikepdf.open(page)
    for name, content in (attachments or {}).items():
        document.attachments[name] = pikepdf.AttachedFileSpec(
            document, content, filename=name, mime_type="text/xml"
        )
    written = io.BytesIO()
    document.save(written, **save)
    return written.getvalue()
