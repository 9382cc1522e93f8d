"""Electronic invoices made visible: the form-like pages that viewers and style sheets give.

Design choices:

* Sections with a heading, each a list of labels and values or a table; in a boxed variant the
  labels stand small above their values. What a section holds, its order and its words are the
  layout's.
* Whatever looks like a value and is none (global numbers, tax numbers, gross prices, nothing paid)
  is drawn as plain text.
"""

from __future__ import annotations

from decimal import Decimal

from slmapps_invoices.pages.synthetic.figures import Run, address, plain, text_of
from slmapps_invoices.pages.synthetic.form_parts import Field, FormSheet
from slmapps_invoices.pages.synthetic.identities import company, phone
from slmapps_invoices.pages.synthetic.pen import grouped
from slmapps_invoices.pages.synthetic.sheet import wrap

__all__ = ["Form"]

_SHARES = {"pos": 0.07, "code": 0.15, "text": 0.32, "price": 0.13, "quantity": 0.12,
           "rate": 0.09, "net": 0.14}  # fmt: skip
_ORDERS = (
    "pos code text price quantity rate net", "pos text quantity price rate net",
    "pos code text quantity price net rate", "text quantity price rate net",
    "pos code text quantity price rate net", "pos text price quantity net rate",
)  # fmt: skip


class Form(FormSheet):
    """Draws one bill as a form; ``details`` are what is printed under each line's name."""

    def draw(self) -> dict[int, str]:
        """Draw all sections; gives the details of the lines."""
        self._title()
        head = [self._document, self._seller, self._buyer]
        if self.style.chance("form seller first", 0.4):
            head = [self._seller, self._buyer, self._document]
        for section in head:
            section()
        if self.style.chance("form remarks first", 0.5):
            self._remarks()
        if self.style.chance("form others", 0.25):
            self._others()
        tail = [self._lines, self._changes, self._taxes, self._sums, self._payment]
        if self.style.chance("form sums first", 0.2):
            tail = [self._sums, self._changes, self._taxes, self._payment, self._lines]
        elif self.style.chance("form taxes last", 0.3):
            tail = [self._lines, self._changes, self._sums, self._taxes, self._payment]
        for part in tail:
            part()
        self.feet()
        return self.details

    # ---- sections

    def _title(self) -> None:
        pen, bill = self.pen, self.bill
        number: Run = [(bill.number, "number", -1)]
        text = plain(self.say("credit" if bill.credit else "type"))
        code = " (381)" if bill.credit else " (380)"
        if self.style.chance("form type code", 0.4):
            text += plain(code)
        if self.style.chance("form number in title", 0.6):
            gap = self.style.pick("form title gap", " ", "  ", "   ")
            text += [*plain(f"{gap}{self.say('no')} "), *number]
            if self.style.chance("form date in title", 0.75):
                date = pen.figures.date(bill.issued, "issue_date")
                text += [*plain(f"{gap}{self.say('of')} "), *date]
        size = pen.size * self.style.between("form title size", 1.1, 1.9)
        pen.write(pen.left, self.y + size, text, size=size, bold=True, most=pen.width)
        self.y += size + self.step

    def _document(self) -> None:
        bill, figures = self.bill, self.pen.figures
        in_title = self.style.chance("form number in title", 0.6)
        fields: list[Field] = []
        if not in_title or self.style.chance("form number again", 0.4):
            fields.append(("number", [(bill.number, "number", -1)]))
        dated = in_title and self.style.chance("form date in title", 0.75)
        if not dated or self.style.chance("form date again", 0.4):
            fields.append(("issue_date", figures.date(bill.issued, "issue_date")))
        if self.style.chance("form currency", 0.8):
            fields.append(("currency", [(bill.currency, "currency", -1)]))
        if self.style.chance("form delivery", 0.6):
            fields.append(("delivery", figures.date(bill.other_date())))
        if self.style.chance("form order", 0.6):
            fields.append(("order", [(bill.order, "order_reference", -1)]))
        for key, share in (("contract", 0.2), ("project", 0.2), ("reference", 0.4)):
            if self.style.chance(f"form {key}", share):
                fields.append((key, plain(bill.reference())))
        if self.style.chance("form due date", 0.35):
            fields.append(("due_date", figures.date(bill.due_date, "due_date")))
        self.style.random("form fields").shuffle(fields)
        self.section("doc_head" if self.style.chance("form head", 0.5) else "", fields)

    def _seller(self) -> None:
        bill, one = self.bill, self.bill.seller
        fields: list[Field] = []
        self._numbers(fields, "seller")
        fields.append(("name", [(one.name, "seller_name", -1)]))
        fields.append(("address", address(one.street)))
        fields.append(("city", address(f"{one.postcode} {one.city}")))
        if self.style.chance("form tax number", 0.5):
            digits = "".join(bill.dice.choices("0123456789", k=11))
            fields.append(("tax_no", plain(f"{digits[:3]}/{digits[3:6]}/{digits[6:]}")))
        if one.vat_id and self.style.chance("form vat id", 0.85):
            fields.append(("vat_id", [(one.vat_id, "seller_vat_id", -1)]))
        if self.style.chance("form contact", 0.35):
            fields.append(("contact", plain(one.person)))
            fields.append(("phone", plain(phone(bill.dice, one.country))))
            fields.append(("email", plain(one.email)))
        self.section("seller", fields)

    def _buyer(self) -> None:
        one = self.bill.buyer
        fields: list[Field] = []
        self._numbers(fields, "buyer")
        fields.append(("name", [(one.name, "buyer_name", -1)]))
        fields.append(("address", plain(one.street)))
        fields.append(("city", plain(f"{one.postcode} {one.city}")))
        if one.vat_id and self.style.chance("form buyer vat id", 0.4):
            fields.append(("vat_id", [(one.vat_id, "buyer_vat_id", -1)]))
        self.section("buyer", fields)

    def _numbers(self, fields: list[Field], who: str) -> None:
        dice = self.bill.dice
        if self.style.chance(f"form {who} number", 0.5):
            fields.append(("party_no", plain(str(dice.randint(10_000, 99_999_999)))))
        if self.style.chance(f"form {who} global", 0.4):
            digits = "40" + "".join(dice.choices("0123456789", k=11))
            scheme = self.style.pick("form scheme", "", " (GLN)", " (0088)")
            fields.append(("global", plain(f"{digits}{scheme}")))

    def _others(self) -> None:
        bill = self.bill
        one = company(bill.dice, bill.language, bill.buyer.country, "")
        fields = [("name", plain(one.name)), ("address", plain(one.street)),
                  ("city", plain(f"{one.postcode} {one.city}"))]  # fmt: skip
        self.section("others", fields)

    def _remarks(self) -> None:
        phrase = self.say("remark").replace("{x}", self.bill.reference())
        fields: list[Field] = [("remarks", plain(phrase))]
        if self.style.chance("form imprint", 0.4):
            one = self.bill.seller
            fields.append(("remarks", [(one.name, "seller_name", -1)]))
            fields.append(("remarks", address(f"{one.street}, {one.postcode} {one.city}")))
        self.section("remarks", fields, named=False)

    def _changes(self) -> None:
        bill, figures = self.bill, self.pen.figures
        rows: list[list[Run]] = []
        minus = -1 if self.style.chance("form allowance minus", 0.5) else 1
        percent = figures.percent(bill.allowance_percent) if bill.allowance_percent else plain("")
        if bill.allowance:
            amount = figures.amount(minus * bill.allowance, "allowance")
            rows.append([plain(self.say("allowance")), percent, amount])
        if bill.charge:
            amount = figures.amount(bill.charge, "allowance")
            rows.append([plain(self.say("charge")), plain(""), amount])
        if rows:
            heads = [self.say("changes"), "%", self.say("t_tax")]
            self.table("changes", heads, rows, (0.5, 0.2, 0.3))

    def _taxes(self) -> None:
        bill, figures = self.bill, self.pen.figures
        if bill.untaxed and not self.style.chance("form zero tax", 0.7):
            return
        apart = len(bill.taxes) > 1 or not self.style.chance("form sum of tax", 0.8)
        label = "tax_amount" if apart or not bill.tax else "tax"
        rows = [
            [plain(self.say("tax_kind")), figures.amount(part.base, "tax_base"),
             figures.percent(part.rate, "tax_rate", name="c"), figures.amount(part.tax, label)]
            for part in bill.taxes
        ]  # fmt: skip
        heads = [self.say(f"t_{key}") for key in ("kind", "base", "rate", "tax")]
        order = self.style.pick("form tax order", (0, 1, 2, 3), (0, 2, 1, 3), (2, 1, 3, 0))
        shares = (0.34, 0.22, 0.2, 0.24)
        self.table(
            "taxes",
            [heads[at] for at in order],
            [[row[at] for at in order] for row in rows],
            tuple(shares[at] for at in order),
        )

    def _sums(self) -> None:
        bill, figures = self.bill, self.pen.figures

        def amount(value: Decimal, label: str = "other") -> Run:
            return figures.money(value, label, total=True)

        nothing = self.style.chance("form zero rows", 0.55)
        rows: list[Field] = [("line_total", amount(bill.line_total, "line_total"))]
        if nothing and not (bill.allowance or bill.charge):
            rows.append(("allowances", amount(Decimal(0))))
            rows.append(("charges", amount(Decimal(0))))
        elif bill.allowance or bill.charge:
            if bill.allowance:
                rows.append(("allowances", amount(bill.allowance, "allowance")))
            if bill.charge:
                rows.append(("charges", amount(bill.charge, "allowance")))
        rows.append(("net", amount(bill.net, "net")))
        if self.style.chance("form sum of tax", 0.8):
            rows.append(("tax", amount(bill.tax, "tax")))
        rows.append(("total", amount(bill.total, "total")))
        if bill.rounding:
            rows.append(("rounding", amount(bill.rounding)))
        if bill.paid:
            rows.append(("paid", amount(bill.paid, "paid")))
        elif nothing:
            rows.append(("paid", amount(Decimal(0))))
        if bill.paid or bill.rounding or self.style.chance("form due", 0.85):
            rows.append(("due", amount(bill.due, "due")))
        self.section("sums", rows, right=self.style.chance("form sums right", 0.7))

    def _payment(self) -> None:
        bill, pen = self.bill, self.pen
        fields: list[Field] = []
        if self.style.chance("form means", 0.6):
            fields.append(("means", plain(self.say("means_text"))))
        if bill.seller.iban:
            shown = bill.seller.iban
            if self.style.chance("form iban grouped", 0.4):
                shown = grouped(shown)
            fields.append(("iban", [(shown, "iban", -1)]))
            if bill.seller.bic and self.style.chance("form bic", 0.8):
                fields.append(("bic", [(bill.seller.bic, "bic", -1)]))
        if self.style.chance("form holder", 0.3):
            fields.append(("holder", [(bill.seller.name, "seller_name", -1)]))
        if self.style.chance("form terms", 0.7):
            fields.append(("terms", pen.fill(self.say("terms_text"))))
        if fields:
            self.section("payment", fields)

    def _lines(self) -> None:
        keys = self.style.pick("form columns", *_ORDERS).split()
        whole = sum(_SHARES[key] for key in keys)
        edges = [0.0]
        for key in keys:
            edges.append(edges[-1] + _SHARES[key] / whole)
        heads = [plain(self.say(f"c_{key}")) for key in keys]
        self.heading("lines")
        self.heads(heads, edges, right={"price", "quantity", "rate", "net"}, keys=keys)
        for at in range(len(self.bill.lines)):
            self._line(at, keys, edges, heads)

    def _line(self, at: int, keys: list[str], edges: list[float], heads: list[Run]) -> None:
        pen, style = self.pen, self.style
        size = pen.small if style.chance("form small lines", 0.5) else pen.size
        step = pen.leading * size / pen.size
        blank = style.chance("form loose lines", 0.4)
        stacks: dict[str, list[Run]] = {}
        for number, key in enumerate(keys):
            wide = (edges[number + 1] - edges[number]) * pen.width - 6
            stacks[key] = [
                line for run in self._cell(key, at) for line in wrap(run, wide, pen.font(), size)
            ]
        lower = {
            key: style.pick(f"form lower {key}", 0, 0, 0, 1) if blank else 0
            for key in ("pos", "net")
        }
        under = self._under(at)
        wide = (edges[keys.index("text") + 1] - edges[keys.index("text")]) * pen.width - 6
        more = [line for run in under for line in wrap(run, wide, pen.font(), size)]
        stacks["text"] += [*([plain("")] if blank and more else []), *more]
        tall = max(len(stack) + lower.get(key, 0) for key, stack in stacks.items()) * step
        tall += step * style.between("form line gap", 0.3, 1.6)
        if self.y + tall > pen.bottom - 24:
            self.next()
            self.heads(heads, edges, right={"price", "quantity", "rate", "net"}, keys=keys)
        if self.shaded and at % 2:
            pen.sheet.box(pen.left, self.y, pen.right, self.y + tall, fill=(0.95, 0.95, 0.95))
        for number, key in enumerate(keys):
            right = key in {"price", "quantity", "rate", "net"}
            x = pen.left + edges[number + right] * pen.width + (-4 if right else 2)
            for row, run in enumerate(stacks[key]):
                if text_of(run):
                    y = self.y + step * (row + 0.9 + lower.get(key, 0))
                    pen.write(x, y, run, size=size, align="right" if right else "left")
        self.y += tall
        if style.chance("form ruled lines", 0.3):
            pen.sheet.rule(pen.left, self.y, pen.right, self.y, colour=(0.7,) * 3, width=0.4)

    def _cell(self, key: str, at: int) -> list[Run]:
        item, dice = self.bill.lines[at], self.bill.dice
        if key == "code":
            found: list[Run] = []
            if item.quantity is not None:
                found.append([(item.code, "item", at)])
            if self.style.chance("form gtin", 0.6):
                digits = "40" + "".join(dice.choices("0123456789", k=11))
                found.append(plain(digits))
                if self.style.chance("form gtin scheme", 0.5):
                    found.append(plain("(GTIN)"))
            return found
        names = {"text": "description", "price": "unit_price", "rate": "tax_rate"}
        run = self.cells.of(names.get(key, key), at)
        return [run] if run else []

    def _under(self, at: int) -> list[Run]:
        item, pen = self.bill.lines[at], self.pen
        found: list[Run] = []
        printed = []
        for phrase in item.details:
            text = text_of(pen.fill(phrase))
            printed.append(text)
            found.append([(text, "details", at)])
        self.details[at] = " ".join(printed)
        if item.price is not None and self.style.chance("form gross price", 0.35):
            amount = pen.figures.number(item.price, 4)
            found.append(plain(f"{self.say('gross_price')}: {amount}"))
        if item.discount:
            found.append([*plain(f"{self.say('allowance')}: "), *self.cells.of("discount", at)])
        return found
