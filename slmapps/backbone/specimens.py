"""Sentences on which the quantiser watches the encoder run; written for this, quoted from nowhere.

They are of the kinds that the desks read: lines of invoices in several languages, headlines,
prose, speech, bank statement lines, stage directions. What matters is not what they say but
that their words drive the encoder's channels over the range that real text does.
"""

from __future__ import annotations

import random

__all__ = ["specimens"]

_THINGS = [
    "office chairs",
    "pallet wrap",
    "diesel",
    "toner cartridge black",
    "A4 paper 80 g",
    "mobile data plan",
    "legal advice",
    "rent of warehouse unit 4",
    "cleaning of stairwells",
    "annual audit",
    "stainless screws M6x20",
    "boiler repair",
    "train ticket",
    "hotel, two nights",
    "catering for staff day",
    "cloud hosting",
    "web domain",
    "antivirus licences",
    "employer's liability insurance",
    "water rates",
    "electricity, night tariff",
    "Bürobedarf",
    "Miete Lagerhalle",
    "Wartung Aufzug",
    "Fracht nach Linz",
    "Steuerberatung",
    "Kfz-Versicherung",
    "consulenza informatica",
    "noleggio furgone",
    "energia elettrica",
    "fournitures de bureau",
    "loyer mensuel",
    "frais de port",
    "material de limpieza",
    "servicios de agua",
    "bank charges",
    "postage",
    "window cleaning",
    "oxygen cylinders",
    "fresh vegetables",
    "coffee beans 1 kg",
    "safety boots",
    "scaffold hire",
    "skip hire",
    "patient transport",
    "school meals",
    "grit for roads",
    "library books",
    "play equipment",
    "street lighting",
]
_FORMS = (
    "{a}",
    "{a} {n}",
    "{a}, {b}",
    "{n} x {a}",
    "{a} - {month} {year}",
    "Invoice {n}: {a}",
    "{who} {a}",
    "{who} - {a} ({b})",
    "{a} for {who}, order no. {n}/{year}, delivery note {m}, {b} included at 20 % discount",
    "Rechnung Nr. {n} vom 0{d}.{month}: {a}",
    "CARD PAYMENT {who} {n} {month} REF {m}-{n}",
    "{who} warns that the price of {a} will rise by {d} % in {month}",
    "Shares of {who} fall after weak quarter, margin at {d}.{d} per cent",
    (
        "We expect revenue growth of {d} to {d}.5 percent, driven by {a} and offset in part by {b}, "
        "and we are not going to comment on guidance for {year} before the audit is done."
    ),
    "She put the {b} down, looked at {who} for a long moment and said nothing about the {a}.",
    "Why would anyone pay {n} for {a}? I told you in {month}, and I tell you again: no.",
    "INT. WAREHOUSE - NIGHT. {who} stumbles over {a}; somewhere a door slams. Rain.",
    (
        "After the war a young clerk finds a letter among the {a} and sets out with {who} to learn who "
        "wrote it, and why every {month} somebody leaves {b} on the grave of a stranger."
    ),
    (
        "The storm that everyone in the valley had feared came in {month}. It took the bridge, the "
        "mill, forty head of cattle and the {a}; it spared, for reasons nobody could give, the "
        "{b} that old {who} had stacked against the north wall of the barn the evening before."
    ),
)
_NAMES = [
    "Harlow & Finch Ltd",
    "Brennwald GmbH",
    "Studio Carraro S.r.l.",
    "Oakmere Borough",
    "Tessier Frères",
    "Mara",
    "Kestrel Logistics",
    "the night porter",
    "Captain Ilse",
    "Northgate Plumbing",
    "old Benno",
    "J. Quill",
]
_MONTHS = ["January", "March", "April", "June", "Juli", "septembre", "Oct", "December", "maggio"]


def specimens(count: int = 400, seed: int = 20) -> list[str]:
    """Varied sentences of 1 to 80 words, the same for the same ``seed``."""
    chance = random.Random(seed)  # noqa: S311  nothing secret hangs on it
    return [
        chance.choice(_FORMS).format(
            a=chance.choice(_THINGS),
            b=chance.choice(_THINGS),
            who=chance.choice(_NAMES),
            month=chance.choice(_MONTHS),
            year=chance.randint(1998, 2031),
            n=chance.randint(1, 99999),
            m=chance.randint(100, 9999999),
            d=chance.randint(1, 9),
        )
        for _ in range(count)
    ]
