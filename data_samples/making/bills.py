"""Who bills Larkspur and for what. Every firm, address, number and account here is made up."""

from __future__ import annotations

from typing import Any

from making.toolhouse import TOOLHOUSE_LINES
from slmapps_invoices.records import Party

__all__ = ["BILLS", "CARD_LINES", "LARKSPUR", "SELLERS"]


def _iban(country: str, rest: str) -> str:
    """An account number with valid check digits (ISO 13616) at a bank that does not exist."""
    digits = "".join(str(int(c, 36)) for c in rest + country + "00")
    return f"{country}{98 - int(digits) % 97:02d}{rest}"


def _ireland(name: str, vat: str, street: str, city: str, code: str, account: str) -> Party:
    return Party(
        name=name,
        vat_id=vat,
        iban=_iban("IE", f"ZZQB9900{account:0>10}"),
        bic="ZZQBIE2X",
        street=street,
        city=city,
        postcode=code,
        country="IE",
    )


LARKSPUR = Party(
    name="Larkspur Bakehouse & Café Ltd",
    vat_id="IE9900417TH",
    street="4 Ropewalk Yard",
    city="Cove",
    postcode="P99 LK04",
    country="IE",
)

SELLERS = {
    "millrace": _ireland("Millrace Flour Co. Ltd", "IE9900120AH", "The Old Mill", "Ballyweir",
                         "P99 MR11", "20418"),
    "glenbeg": _ireland("Glenbeg Creamery Co-operative Society Ltd", "IE9900233BH",
                        "Creamery Cross", "Glenbeg", "P99 GB20", "7310025"),
    "dock": _ireland("Dock Street Coffee Roasters Ltd", "IE9900344CH", "19 Dock Street", "Cove",
                     "P99 DS19", "8823100"),
    "solas": _ireland("Solas Energy DAC", "IE9900455DH", "Beacon House, 2 Quay Parade", "Porthaven",
                      "D99 SE02", "55190"),
    "fennelly": _ireland("Fennelly Oven Engineers", "IE9900566EH", "Unit 7, Tannery Park",
                         "Ballyweir", "P99 FO07", "3051"),
    "copperkettle": _ireland("Copperkettle Catering Equipment Ltd", "IE9900677FH",
                             "31 Foundry Lane", "Porthaven", "D99 CK31", "774100"),
    "toolhouse": _ireland("Toolhouse Direct Ltd", "IE9900788GH", "Ring Road Retail Park, Unit 12",
                          "Ballyweir", "P99 TD12", "1209988"),
    "greenleaf": _ireland("Greenleaf Packaging Supplies Ltd", "IE9900899HH", "Ashgrove Estate",
                          "Porthaven", "D99 GL66", "66120"),
    "brackenhill": _ireland("Brackenhill Apiary", "", "Brackenhill", "Glenbeg", "P99 BA01",
                            "118"),
    "seagrove": _ireland("Seagrove Linen Hire Ltd", "IE9900911JH", "Strand Laundry", "Cove",
                         "P99 SG44", "4410"),
    "gannet": _ireland("Gannet Print & Sign Ltd", "IE9901022KH", "6 Foundry Lane", "Porthaven",
                       "D99 GP06", "229110"),
    "tern": _ireland("Tern Refrigeration Services Ltd", "IE9901133LH", "Unit 3, Slip Road",
                     "Cove", "P99 TR03", "77045"),
    "sommerfeld": Party(
        name="Bäckereitechnik Sommerfeld GmbH", vat_id="DE999004471",
        iban=_iban("DE", "990900004471000012"), bic="ZZQBDE9XXXX", street="Mühlenweg 28",
        city="Neustadt an der Ahle", postcode="99971", country="DE",
    ),
    "monteluna": Party(
        name="Torrefazione Monteluna S.r.l.", vat_id="IT99900440214",
        iban=_iban("IT", "X9990099000000000214000"), bic="ZZQBIT2X", street="Via del Tostino 9",
        city="Monteluna", postcode="99021", country="IT",
    ),
    "pennine": Party(
        name="Pennine Millstone Dressers Ltd", vat_id="GB999004411",
        iban=_iban("GB", "ZZQB99009900091200"), bic="ZZQBGB2X", street="Gritstone Works",
        city="Hathersby", postcode="HX99 9PM", country="GB",
    ),
}  # fmt: skip
# A brackenhill-sized seller is not registered for VAT and is known by its registry number.
SELLERS["brackenhill"] = SELLERS["brackenhill"].model_copy(update={"legal_id": "699118"})

_DOCK: dict[str, Any] = {
    "seller": "dock", "number": "88231", "issued": "2026-10-08", "style": "band",
    "order": "CAFE-1042", "terms": "Payable within 30 days.",
    "lines": """
5040 Z C20 | 18 KGM | 17.50 | Espresso blend "Lighthouse", whole bean | Roasted 6 October
5040 Z C20 | 4 KGM | 22.80 | Filter single origin, washed, Nariño
6210 S23 C20 | 2 C62 | 16.50 | Group head gasket, shower screen and screw
6210 S23 C20 | 1 HUR | 72.00 | Engineer on site: steam wand leaking
6230 S23 C20 | 1 MON | 52.00 | Second grinder on hire, October
5080 S23 C20 | 2 CT | 64.90 | 8 oz compostable cups, 1000
6310 S23 C20 | 2 C62 | 115.00 | Latte art evening class, per person
""",
}  # fmt: skip

BILLS: dict[str, dict[str, Any]] = {
    "01-millrace-MF-20418.xml": {
        "seller": "millrace", "number": "MF-20418", "issued": "2026-10-05", "order": "BAKE-377",
        "lines": """
5000 Z B10 | 18 BG | 19.40 | Strong white bread flour T65, 25 kg
5000 Z B10 | 4 BG | 21.15 | Dark rye flour type 1150, 25 kg
5020 Z B10 | 1 BG | 38.60 | Pumpkin and sunflower kernel mix 12.5 kg
5020 S23 B10 | 2 C62 | 27.35 | Diastatic malt powder 5 kg
5095 S23 B10 | 1 C62 | 24.00 | Tail lift delivery to bakehouse
""",
    },
    "02-millrace-credit-MFC-0377.xml": {
        "seller": "millrace", "number": "MFC-0377", "issued": "2026-10-09", "credit": True,
        "days": None, "note": "Against invoice MF-20418: two bags arrived wet.",
        "lines": """
5000 Z B10 | 2 BG | 19.40 | Strong white bread flour T65, 25 kg, returned
5095 S23 B10 | 1 C62 | 12.00 | Part of the delivery charge allowed
""",
    },
    "03-glenbeg-creamery-261107.xml": {
        "seller": "glenbeg", "number": "261107", "issued": "2026-10-06", "days": 14,
        "allowances": (
            (False, "18.75", "0", "Volume rebate, third quarter"),
            (True, "9.60", "23", "Refrigerated delivery"),
        ),
        "lines": """
5010 Z B10 | 11 CT | 31.90 | Unsalted butter 82%, sheets, 10 x 1 kg
5010 Z B10 | 12 C62 | 7.45 | Double cream 48%, 2 L
5010 Z C20 | 84 LTR | 1.18 | Whole milk, pergal
5060 Z C20 | 3.4 KGM | 14.60 | Glenbeg Red, mature, for toasties
5060 Z C20 | 6 C62 | 3.85 | Ricotta 250 g
5080 S23 C20 | 6 C62 | 2.40 | Plastic crates, deposit
""",
    },
    "04-dock-street-88231.pdf": _DOCK,
    "05-dock-street-88231-again.xml": _DOCK,
    "06-solas-energy-551902.pdf": {
        "seller": "solas", "number": "551902", "issued": "2026-10-12", "style": "plain",
        "reference": "MPRN 10004471", "days": 14,
        "terms": "Collected by direct debit on the due date.",
        "lines": """
6020 R9 B10 | 2840 KWH | 0.2685 | Day units, bakehouse, meter 4471
6020 R9 B10 | 1915 KWH | 0.1492 | Night units, bakehouse, meter 4471
6020 R9 C20 | 1022 KWH | 0.2685 | Day units, café, meter 4472
6020 R9 W30 | 388 KWH | 0.2685 | Day units, workshop, meter 4480
6020 R9 A90 | 3 C62 | 21.30 | Standing charges
6030 R9 B10 | 5230 KWH | 0.0914 | Natural gas, deck ovens
""",
    },
    "07-fennelly-oven-3051.xml": {
        "seller": "fennelly", "number": "3051", "issued": "2026-09-30", "days": 21,
        "lines": """
6200 S23 B10 | 1 C62 | 85.00 | Call-out, three-deck oven tripping
6200 S23 B10 | 2.5 HUR | 62.00 | Labour, element and contactor replaced
6200 S23 B10 | 1 C62 | 118.40 | Heating element 3 kW
""",
    },
    "08-fennelly-oven-3077.xml": {
        "seller": "fennelly", "number": "3077", "issued": "2026-10-19", "days": 21,
        "iban": _iban("LT", "9990099000307700"),
        "note": "Please note our new bank details.",
        "lines": """
6250 S23 B10 | 1 C62 | 74.50 | Retarder door seal, cut to size
6200 S23 B10 | 1.5 HUR | 62.00 | Labour, mixer bowl brake adjusted
6220 S23 B10 | 2 C62 | 46.00 | Oven peel, ash, 1.6 m
""",
    },
    "09-sommerfeld-RE-2026-3312.xml": {
        "seller": "sommerfeld", "number": "RE-2026-3312", "issued": "2026-10-14",
        "terms": "Zahlbar innerhalb von 30 Tagen ohne Abzug.",
        "note": "Steuerfreie innergemeinschaftliche Lieferung.",
        "lines": """
6200 RC23 B10 | 3 C62 | 48.20 | Türdichtung für Etagenofen, 1.240 mm
6200 RC23 B10 | 6 C62 | 21.75 | Schamottplatte 60 x 40 cm
1200 RC23 B10 | 1 C62 | 2380.00 | Teigausrollmaschine, überholt | Baujahr 2021, Band 600 mm
6220 RC23 B10 | 24 C62 | 7.10 | Gärkörbchen aus Holzschliff, oval 1 kg
5095 RC23 B10 | 1 C62 | 145.00 | Fracht und Kranentladung
""",
    },
    "10-monteluna-FPR-214-26.xml": {
        "seller": "monteluna", "number": "FPR 214/26", "issued": "2026-10-16", "days": 60,
        "note": "Operazione non imponibile art. 41 D.L. 331/93",
        "lines": """
5040 RC23 C20 | 15 KGM | 18.90 | Caffè in grani, miscela bar, sacco 1 kg
5040 RC23 C20 | 6 C62 | 8.40 | Cioccolata calda in tazza, 1 kg
6210 RC23 C20 | 2 C62 | 36.50 | Cartuccia addolcitore per macchina espresso
6220 RC23 C20 | 24 C62 | 2.95 | Tazzine in porcellana con piattino
5095 RC23 C20 | 1 C62 | 38.00 | Spese di trasporto
""",
    },
    "11-copperkettle-7741.xml": {
        "seller": "copperkettle", "number": "7741", "issued": "2026-10-20", "off_by": "-110.00",
        "lines": """
6220 S23 B10 | 10 C62 | 8.75 | Aluminium sheet pan, perforated, 18x26
6220 S23 C20 | 36 C62 | 3.20 | Stoneware cup, 180 ml, oat
6230 S23 C20 | 2 DAY | 55.00 | Hire: soup kettles for harvest fair
1200 S23 B10 | 1 C62 | 1290.00 | Dough divider, 30 parts, ex demo
""",
    },
    "12-toolhouse-account-october.pdf": {
        "seller": "toolhouse", "number": "TD-1026-3390", "issued": "2026-10-31", "style": "grid",
        "reference": "Account LARK01", "terms": "Strictly 30 days from end of month.",
        "lines": TOOLHOUSE_LINES,
    },
    "13-greenleaf-G-66120.xml": {
        "seller": "greenleaf", "number": "G-66120", "issued": "2026-10-21", "order": "PK-0091",
        "lines": """
5080 S23 B10 | 3 CT | 41.20 | Kraft bread bags with window, 1000 | | 5080
5080 S23 C20 | 2 CT | 54.75 | Sip lids 90 mm, compostable, 1000 | | 5080
6040 S23 B10 | 12 BX | 3.95 | Nitrile gloves, blue, size L
6040 S23 C20 | 4 PK | 8.60 | Centrefeed roll, 2 ply, 6 pack
5080 S23 W30 | 40 C62 | 1.15 | Double wall carton 40 x 30 x 12
""",
    },
    "14-brackenhill-apiary-118.pdf": {
        "seller": "brackenhill", "number": "118", "issued": "2026-10-22", "style": "plain",
        "days": 7, "note": "Not registered for VAT.",
        "lines": """
5030 EX B10 | 2 C62 | 58.00 | Heather honey, 7 kg bucket
5030 EX C20 | 24 C62 | 5.20 | Honey jars 227 g for the counter
6610 EX C20 | 1 C62 | 40.00 | Beekeeper's talk at harvest evening
""",
    },
    "15-pennine-millstones-0912.xml": {
        "seller": "pennine", "number": "INV-0912", "issued": "2026-10-23", "currency": "GBP",
        "note": "Zero-rated export from Great Britain.",
        "lines": """
6200 RC23 B10 | 1 C62 | 460.00 | Dressing of 30 inch stones, pair, at our works
6200 RC23 B10 | 4 C62 | 18.50 | Damsel and shoe wear plates
6310 RC23 B10 | 1 DAY | 210.00 | Stone milling day for one baker
5095 RC23 B10 | 1 C62 | 96.00 | Pallet freight by ferry
""",
    },
    "16-seagrove-linen-4410.xml": {
        "seller": "seagrove", "number": "4410", "issued": "2026-10-26", "days": 14,
        "lines": """
6320 S23 B10 | 40 C62 | 1.35 | Bakers' whites, hire and wash
6320 S23 C20 | 55 C62 | 0.70 | Waist aprons, hire and wash
6320 S23 C20 | 120 C62 | 0.22 | Tea towels, weekly change
6610 S23 C20 | 18 C62 | 4.50 | Banquet cloths, harvest evening
6040 S23 C20 | 2 C62 | 12.80 | Entrance mats, fortnightly exchange
""",
    },
    "18-gannet-print-22911.pdf": {
        "seller": "gannet", "number": "22911", "issued": "2026-10-27", "style": "plain",
        "order": "CAFE-1051",
        "lines": """
6620 S23 C20 | 500 C62 | 0.18 | Loyalty cards, two colours
6620 S23 C20 | 2 C62 | 64.50 | A-board panels, harvest menu
6620 S23 B10 | 1000 C62 | 0.046 | Loaf labels, recycled paper
6700 S23 B10 | 1 C62 | 14.00 | Carriage
""",
    },
    "19-tern-refrigeration-7704.jpg": {
        "seller": "tern", "number": "TR-7704", "issued": "2026-10-29", "style": "grid", "days": 14,
        "lines": """
6250 S23 B10 | 1 C62 | 85.00 | Call-out, cold room 2
6250 S23 B10 | 3 HUR | 62.00 | Engineer on site, evaporator fan
6250 S23 B10 | 1 C62 | 148.40 | Fan motor 230 V
6250 S23 B10 | 2 KGM | 31.50 | Refrigerant top-up R448A
""",
    },
}  # fmt: skip

CARD_LINES = """\
Booking date,Payee,Narrative,Net amount,VAT %,Department,Reference
02/10/2026,WEBMART*MKTPL 6620,Silicone dough scrapers x 6,21.40,23,Bakery,C-2201
02/10/2026,ORIEL FUELCARD,"Diesel 84 litres, October",109.35,23,Bakery,C-2202
03/10/2026,HARBOUR MARKET TRUST,Saturday pitch,65.00,0,Bakery,C-2203
05/10/2026,SUNBEAM*SOCIAL ADS,Promoted posts: apple week,60.00,23,Café,C-2204
06/10/2026,TILLPATH.APP,"Point of sale licence, 2 tills, October",69.00,23,Café,C-2205
06/10/2026,TILLPATH.APP,Card payments processed September fees,71.18,23,Café,C-2205
07/10/2026,WEBMART*MKTPL 1187,Thermal till rolls 80 x 80,18.99,23,Office,C-2206
08/10/2026,WHISTLE STOP DELI,Sandwiches for delivery crew,24.10,13.5,Office,C-2207
09/10/2026,TERN COURIERS,"Three-tier cake to Glenbeg, chilled",48.00,23,Bakery,C-2208
09/10/2026,TERN COURIERS,Hinges collected from Toolhouse,26.50,23,Workshop,C-2208
12/10/2026,SHIELDFAST ALARMS,"Alarm monitoring, quarter",42.00,23,Office,C-2209
13/10/2026,FERRY ROAD MOTORS LTD,Puncture repaired and wheels balanced,58.00,23,Bakery,C-2210
13/10/2026,FERRY ROAD MOTORS LTD,Electric van rental October,345.00,23,Bakery,C-2210
14/10/2026,DAYBREAK NEWS,Weekend papers for the café,22.00,0,Café,C-2211
15/10/2026,COVE BOROUGH COUNCIL,"Renewal: tables and chairs on pavement, 4",125.00,0,Café,C-2212
16/10/2026,PERIWINKLE FLORISTS,Dahlias for the counter,28.50,13.5,Café,C-2213
16/10/2026,KINDLING & KIN,"Beech logs, dried, builder's bag",148.00,13.5,Bakery,C-2214
19/10/2026,REDBRICK TRAINING CENTRE,Allergen awareness refresher x 3,135.00,0,Bakery,C-2215
20/10/2026,SLATE & SUMMIT ROOFING,Slipped slates over shop replaced,240.00,13.5,Café,C-2216
21/10/2026,WEBMART*MKTPL 6620,Returned: scrapers (one pack),-10.70,23,Bakery,C-2201R
22/10/2026,THE GRAIN LETTER,Trade magazine digital edition,19.00,23,Office,C-2217
23/10/2026,ORIEL FUELCARD,Tolls October,18.40,23,Bakery,C-2218
26/10/2026,LUMEN TELECOM,"Guest wifi, October 2026",32.00,23,Café,C-2219
28/10/2026,QUILL OFFICE SUPPLIES,Foam hand soap refills,22.40,23,Café,C-2220
29/10/2026,PAYWELL MERCHANT SVCS,Merchant service charge October,131.72,0,Café,C-2221
30/10/2026,BELLBIRD PATISSERIE,"Opera cake, two whole, Friday order",84.00,13.5,Café,C-2222
"""
