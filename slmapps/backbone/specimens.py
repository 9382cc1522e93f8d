"""Sentences on which the quantiser watches the encoder run; written for this, quoted from nowhere.

They are of the kinds that the desks read: lines of invoices in several languages, headlines,
prose, speech, bank statement lines, stage directions. What matters is not what they say but
that their words drive the encoder's channels over the range that real text does.
"""

from __future__ import annotations

import random

__all__ = ["specimens"]

_THINGS = """\
office chairs; pallet wrap; diesel; toner cartridge black; A4 paper 80 g; mobile data plan; rent;
cleaning of stairwells; annual audit; stainless screws M6x20; boiler repair; train ticket; legal
advice; hotel, two nights; catering for staff day; cloud hosting; web domain; antivirus licences;
employer's liability insurance; water rates; electricity, night tariff; Bürobedarf; Steuerberatung;
Miete Lagerhalle; Wartung Aufzug; Fracht nach Linz; Kfz-Versicherung; consulenza informatica;
noleggio furgone; energia elettrica; fournitures de bureau; loyer mensuel; frais de port; postage;
material de limpieza; servicios de agua; bank charges; window cleaning; oxygen cylinders; skip hire;
fresh vegetables; coffee beans 1 kg; safety boots; scaffold hire; patient transport; school meals;
grit for roads; library books; play equipment; street lighting"""

_FORMS = """\
{a}
{a} {n}
{a}, {b}
{n} x {a}
{a} - {month} {year}
Invoice {n}: {a}
{who} {a}
{who} - {a} ({b})
{a} for {who}, order no. {n}/{year}, delivery note {m}, {b} included at 20 % discount
Rechnung Nr. {n} vom 0{d}.{month}: {a}
CARD PAYMENT {who} {n} {month} REF {m}-{n}
{who} warns that the price of {a} will rise by {d} % in {month}
Shares of {who} fall after weak quarter, margin at {d}.{d} per cent
We expect revenue growth of {d} to {d}.5 percent, driven by {a} and offset by {b}. Thank you.
We are not going to comment on guidance for {year} before the audit is done, nor on {a}.
She put the {b} down, looked at {who} for a long moment and said nothing about the {a}.
Why would anyone pay {n} for {a}? I told you in {month}, and I tell you again: no.
INT. WAREHOUSE - NIGHT. {who} stumbles over {a}; somewhere a door slams. Rain.
After the war a young clerk finds a letter among the {a} and sets out with {who} for home.
The storm that the valley had feared came in {month}. It took the bridge, the mill and the {a}.\
 It spared, for reasons that nobody could give, the {b} that {who} had stacked against the north\
 wall of the barn the evening before, and so in {year} they began again with that and little."""

_NAMES = """\
Harlow & Finch Ltd; Brennwald GmbH; Studio Carraro S.r.l.; Oakmere Borough; Tessier Frères; Mara;
Kestrel Logistics; the night porter; Captain Ilse; Northgate Plumbing; old Benno; J. Quill"""

# The first is empty: it drives some channels further than any sentence does.
_ODD = """\

-
a
???!!! >>> /// ***
=SUM(A1:A9) <b>x</b> {"id": 7} C:\\temp\\a.txt
0000 1111 2222 3333 4444 5555 6666 7777 8888 9999
DE89370400440532013000 / COBADEFFXXX / EUR 1.234,56-
Счёт за электроэнергию, сентябрь
電気料金 九月 請求書
فاتورة الكهرباء
Ηλεκτρικό ρεύμα
€ £ ¥ ½ ° № § ™ → ✓ 😀
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
the the the the the the the the"""

_MONTHS = "January; March; April; June; Juli; septembre; Oct; December; maggio"


def specimens(count: int = 140, seed: int = 20) -> list[str]:
    """``count`` varied sentences of 1 to 60 words, a few long texts and odd ones besides.

    The same for the same ``seed``.
    """
    chance = random.Random(seed)  # noqa: S311  nothing secret hangs on it
    forms = _FORMS.splitlines()
    things, names, months = (
        [part.strip() for part in text.split(";")] for text in (_THINGS, _NAMES, _MONTHS)
    )
    plain = [
        chance.choice(forms).format(
            a=chance.choice(things),
            b=chance.choice(things),
            who=chance.choice(names),
            month=chance.choice(months),
            year=chance.randint(1998, 2031),
            n=chance.randint(1, 99999),
            m=chance.randint(100, 9999999),
            d=chance.randint(1, 9),
        )
        for _ in range(count)
    ]
    long = [" ".join(chance.sample(plain, min(count, 40))) for _ in range(max(1, count // 40))]
    return plain + long + _ODD.splitlines() + [f"{word} " * 300 for word in ("a", "word", "0")]
