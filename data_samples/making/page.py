"""The printed page of an invoice: with its XML inside (Factur-X), alone, or as a scan of it.

Design choices:

* Three plain layouts, so that a reader of pages has something to tell apart.
* Nothing of the clock or the machine gets into the file: fixed dates, fixed identifiers, the
  standard fonts that every PDF reader brings along.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal

import pikepdf
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from slmapps_invoices.records import Invoice, InvoiceLine

__all__ = ["facturx_bytes", "page_bytes", "scan_bytes"]

WIDTH, HEIGHT = A4
LEFT, RIGHT, BOTTOM = 52.0, WIDTH - 52.0, 118.0
UNITS = {
    "KGM": "kg", "LTR": "l", "HUR": "h", "MON": "month", "CT": "carton", "KWH": "kWh", "PK": "pack",
    "PR": "pair", "BX": "box", "RO": "roll", "DAY": "day",
}  # fmt: skip


@dataclass(frozen=True)
class Style:
    """How a seller's paper looks."""

    accent: Color
    ink: Color
    band: bool = False
    grid: bool = False
    title: str = "INVOICE"


STYLES = {
    "band": Style(HexColor("#5b3a29"), HexColor("#2b211c"), band=True, title="Invoice"),
    "plain": Style(HexColor("#2f6f5e"), HexColor("#1d2b28"), title="INVOICE"),
    "grid": Style(HexColor("#b3471c"), HexColor("#262626"), grid=True, title="TAX INVOICE"),
}
COLUMNS = ((LEFT, "left"), (348.0, "right"), (402.0, "right"), (446.0, "right"), (RIGHT, "right"))


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}"


def _text(
    canvas: Canvas, x: float, y: float, words: str, size: float = 9, *, bold: bool = False,
    align: str = "left",
) -> None:  # fmt: skip
    font = "Helvetica-Bold" if bold else "Helvetica"
    canvas.setFont(font, size)
    canvas.drawString(x - (stringWidth(words, font, size) if align == "right" else 0), y, words)


def _head(canvas: Canvas, invoice: Invoice, style: Style) -> float:
    """Letterhead, buyer and the invoice's own data; the height at which the table may begin."""
    seller, buyer = invoice.seller, invoice.buyer
    top = HEIGHT - 62
    if style.band:
        canvas.setFillColor(style.accent)
        canvas.rect(0, HEIGHT - 92, WIDTH, 92, stroke=0, fill=1)
        canvas.setFillColor(HexColor("#ffffff"))
    else:
        canvas.setFillColor(style.accent)
    _text(canvas, LEFT, top, seller.name, 17, bold=True)
    _text(canvas, RIGHT, top, style.title, 15, bold=True, align="right")
    if not style.band:
        canvas.setStrokeColor(style.accent)
        canvas.setLineWidth(1.4)
        canvas.line(LEFT, top - 12, RIGHT, top - 12)
        canvas.setFillColor(style.ink)
    _text(canvas, LEFT, top - 24, f"{seller.street}, {seller.city} {seller.postcode}", 8.5)
    canvas.setFillColor(style.ink)
    y = HEIGHT - 130
    for row in (buyer.name, buyer.street, f"{buyer.city} {buyer.postcode}", "Ireland"):
        _text(canvas, LEFT, y, row, 9.5, bold=row == buyer.name)
        y -= 13
    facts = [
        ("Invoice number", invoice.number),
        ("Invoice date", f"{invoice.issue_date:%d/%m/%Y}"),
        ("Due date", f"{invoice.due_date:%d/%m/%Y}"),
        ("Your order", invoice.order_reference),
        ("Your reference", invoice.buyer_reference),
        ("VAT number", seller.vat_id or f"Registered no. {seller.legal_id}"),
    ]
    y = HEIGHT - 130
    for label, value in facts:
        if value:
            _text(canvas, 360, y, label, 8.5)
            _text(canvas, RIGHT, y, value, 9, bold=True, align="right")
            y -= 13
    return min(y, HEIGHT - 182) - 24


def _table_head(canvas: Canvas, y: float, style: Style) -> float:
    canvas.setFillColor(style.accent)
    if style.grid:
        canvas.rect(LEFT - 6, y - 5, RIGHT - LEFT + 12, 17, stroke=0, fill=1)
        canvas.setFillColor(HexColor("#ffffff"))
    for (x, align), words in zip(
        COLUMNS, ("Description", "Quantity", "Unit price", "VAT %", "Amount"), strict=True
    ):
        _text(canvas, x, y, words, 8.5, bold=True, align=align)
    canvas.setFillColor(style.ink)
    if not style.grid:
        canvas.setStrokeColor(style.accent)
        canvas.setLineWidth(0.7)
        canvas.line(LEFT, y - 5, RIGHT, y - 5)
    return y - 20


def _row(canvas: Canvas, y: float, line: InvoiceLine, style: Style, shaded: bool) -> float:
    height = 24 if line.details else 15
    if style.grid and shaded:
        canvas.setFillColor(HexColor("#f4ece7"))
        canvas.rect(LEFT - 6, y - height + 11, RIGHT - LEFT + 12, height, stroke=0, fill=1)
        canvas.setFillColor(style.ink)
    cells = (
        line.description,
        f"{_plain(line.quantity)} {UNITS.get(line.unit, '')}".strip(),
        f"{line.unit_price}",
        _plain(line.tax_rate),
        _money(line.net),
    )
    for (x, align), words in zip(COLUMNS, cells, strict=True):
        _text(canvas, x, y, words, 9, align=align)
    if line.details:
        _text(canvas, LEFT + 8, y - 10, line.details, 7.5)
    return y - height


def _foot(canvas: Canvas, invoice: Invoice, style: Style, page: int) -> None:
    seller = invoice.seller
    canvas.setStrokeColor(style.accent)
    canvas.setLineWidth(0.5)
    canvas.line(LEFT, 66, RIGHT, 66)
    canvas.setFillColor(style.ink)
    _text(canvas, LEFT, 54, f"Bank transfer: IBAN {seller.iban}, BIC {seller.bic}", 8)
    _text(canvas, LEFT, 43, invoice.payment_terms or "Payable without deduction.", 8)
    _text(canvas, RIGHT, 43, f"Page {page}", 8, align="right")


def _totals(canvas: Canvas, y: float, invoice: Invoice, style: Style) -> None:
    rows = [("Total net", invoice.net, False)]
    for row in invoice.taxes:
        label = f"VAT {_plain(row.rate)} % on {_money(row.base)}"
        rows.append((label, row.tax, False))
    rows.append((f"Total to pay {invoice.currency}", invoice.due, True))
    canvas.setStrokeColor(style.accent)
    canvas.line(340, y + 8, RIGHT, y + 8)
    y -= 6
    for label, amount, bold in rows:
        size = 11 if bold else 9
        _text(canvas, 340, y, label, size, bold=bold)
        _text(canvas, RIGHT, y, _money(amount), size, bold=bold, align="right")
        y -= 18 if bold else 14
    for note in invoice.notes:
        _text(canvas, LEFT, y - 4, note, 8.5)


def _page(invoice: Invoice, style: Style) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(f"Invoice {invoice.number}")
    canvas.setAuthor(invoice.seller.name)
    page = 1
    y = _table_head(canvas, _head(canvas, invoice, style), style)
    carried = Decimal(0)
    for number, line in enumerate(invoice.lines):
        if y < BOTTOM + (0 if number + 1 < len(invoice.lines) else 60):
            _text(canvas, 340, y - 4, "Carried forward", 8.5)
            _text(canvas, RIGHT, y - 4, _money(carried), 8.5, align="right")
            _foot(canvas, invoice, style, page)
            canvas.showPage()
            page += 1
            canvas.setFillColor(style.ink)
            _text(canvas, LEFT, HEIGHT - 56, f"{invoice.seller.name} - invoice {invoice.number}", 9)
            y = _table_head(canvas, HEIGHT - 86, style)
            _text(canvas, 340, y, "Brought forward", 8.5)
            _text(canvas, RIGHT, y, _money(carried), 8.5, align="right")
            y -= 15
        y = _row(canvas, y, line, style, shaded=number % 2 == 0)
        carried += line.net or Decimal(0)
    _totals(canvas, y - 8, invoice, style)
    _foot(canvas, invoice, style, page)
    canvas.save()
    return out.getvalue()


def facturx_bytes(invoice: Invoice, xml: bytes, style: str) -> bytes:
    """A PDF of the invoice's page with ``xml`` attached as ``factur-x.xml``."""
    pdf = pikepdf.open(io.BytesIO(_page(invoice, STYLES[style])))
    stamp = f"D:{invoice.issue_date:%Y%m%d}080000+00'00'"
    spec = pikepdf.AttachedFileSpec(
        pdf, xml, filename="factur-x.xml", description="Factur-X invoice", mime_type="text/xml",
        creation_date=stamp, mod_date=stamp, relationship=pikepdf.Name.Alternative,
    )  # fmt: skip
    pdf.attachments["factur-x.xml"] = spec
    pdf.Root.AF = pdf.make_indirect(pikepdf.Array([spec.obj]))
    namespace = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as meta:
        meta.register_xml_namespace(namespace, "fx")
        for name, value in (
            ("DocumentType", "INVOICE"), ("DocumentFileName", "factur-x.xml"), ("Version", "1.0"),
            ("ConformanceLevel", "EN 16931"),
        ):  # fmt: skip
            meta[f"{{{namespace}}}{name}"] = value
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def page_bytes(invoice: Invoice, style: str) -> bytes:
    """A PDF of the invoice's page and nothing else."""
    return _page(invoice, STYLES[style])


def scan_bytes(invoice: Invoice, style: str) -> bytes:
    """The page as an office scanner gives it: 150 dpi, grey, a little askew, as a JPEG."""
    import pypdfium2
    from PIL.Image import Resampling

    with pypdfium2.PdfDocument(_page(invoice, STYLES[style])) as pdf:
        page = pdf[0].render(scale=150 / 72, grayscale=True).to_pil()
    page = page.rotate(-0.7, resample=Resampling.BICUBIC, fillcolor=255)
    out = io.BytesIO()
    page.point(lambda value: 24 + value * 222 // 255).save(out, "JPEG", quality=55)
    return out.getvalue()
