"""The columns of DATEV's EXTF 700, category 21 (Buchungsstapel), format version 13.

Source: https://developer.datev.de/datev/platform/de/dtvf/formate/buchungsstapel and .../header
"""

from __future__ import annotations

__all__ = ["COLUMNS", "HEADER_TEXT", "PATTERNS", "TEXT"]

COLUMNS = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz",
    "WKZ Basis-Umsatz", "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum",
    "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext", "Postensperre",
    "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre", "Beleglink",
    *(f"Beleginfo - {what} {n}" for n in range(1, 9) for what in ("Art", "Inhalt")),
    "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge",
    "EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart",
    "Sachverhalt L+L", "Funktionsergänzung L+L", "BU 49 Hauptfunktionstyp",
    "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung",
    *(
        f"Zusatzinformation{what} {n}" for n in range(1, 21) for what in (" - Art", "- Inhalt")
    ),
    "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr",
    "Zugeordnete Fälligkeit", "Skontotyp", "Auftragsnummer", "Buchungstyp",
    "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)", "Sachverhalt L+L (Anzahlungen)",
    "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz", "Buchungs GUID",
    "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername",
    "Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer", "Postensperre bis",
    "Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung", "Festschreibung",
    "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)",
    "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)",
    "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
)  # fmt: skip

# Fields of type text, counted from 1: they stand in quotes, empty ones too.
TEXT = frozenset(
    {2, 3, 6, 9, 11, 12, 14, 16, 20, *range(21, 39), 40, 42, *range(48, 88), 91, 95, 96, 98, 102,
     103, 105, 107, 109, 110, 112, 118, 120, 121, 123}
)  # fmt: skip
HEADER_TEXT = frozenset({1, 4, 8, 9, 10, 17, 18, 22, 24, 27, 30, 31})

# What the fields that we fill may look like, by their column.
PATTERNS = {
    "Umsatz (ohne Soll/Haben-Kz)": r"\d{1,10},\d{2}",
    "Soll/Haben-Kennzeichen": r"[SH]",
    "WKZ Umsatz": r"[A-Z]{3}",
    "Konto": r"\d{1,9}",
    "Gegenkonto (ohne BU-Schlüssel)": r"\d{1,9}",
    "BU-Schlüssel": r"\d{0,4}",
    "Belegdatum": r"\d{4}",
    "Belegfeld 1": r"[A-Za-z0-9_$&%*+\-/]{0,36}",
    "Buchungstext": r".{0,60}",
    "KOST1 - Kostenstelle": r"[A-Za-z0-9_ ]{0,36}",
    "Festschreibung": r"[01]",
    "Fälligkeit": r"(\d{8})?",
}
