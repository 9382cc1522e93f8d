# ruff: noqa: SIM905 - names are easier read as one line than as a list
"""Invented parties: names, addresses, and numbers whose check digits are right.

Design choices:

* Names are put together from syllables, so no list of real people or companies is needed; cities
  are real, streets and house numbers are not of anybody.
* Check digits follow the public rules of each number (ISO 7064 for IBANs and German VAT ids).
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

__all__ = ["Identity", "company", "iban", "invented_word", "person", "phone", "vat_id"]

_SYLLABLES = (
    "al ber bor bran cor dal del dor el fal fen gar gol hal hol kel kor lan lin lor mar mel mon "
    "nor per pol ran rei ros sal sen sol tal tor ul val ver vin wal wen zel"
).split()
_ENDINGS = {
    "en": ("ton", "ley", "ford", "well", "by", "worth", "son", "ham", "field", "er"),
    "de": ("mann", "berg", "er", "feld", "ing", "stein", "bach", "hof", "ert", "wald"),
    "fr": ("ière", "and", "eau", "ault", "ois", "ette", "in", "ier", "elle", "ont"),
}
_FIRST = {
    "en": "Alice Tom Grace Henry Ruth Simon Joan Peter Nora Jack Ellen Mark".split(),
    "de": "Anna Jonas Petra Klaus Heike Lukas Sabine Uwe Ingrid Felix Jürgen Käthe".split(),
    "fr": "Claire Luc Hélène Paul Sylvie Marc Anaïs Jean Élodie Hugo Céline Rémy".split(),
}
_STREETS = {
    "en": ("{} Street", "{} Road", "{} Lane", "{} Avenue", "{} Business Park", "{} Way"),
    "de": ("{}straße", "{}weg", "{}allee", "Am {}", "{}gasse", "{}platz", "Alte {}str."),
    "fr": ("rue {}", "avenue de {}", "boulevard {}", "place du {}", "chemin de {}", "ZA {}"),
}
_CITIES = {
    "GB": ("Leeds", "Bristol", "London", "York", "Cardiff", "Milton Keynes", "Reading"),
    "IE": ("Dublin", "Cork", "Galway"),
    "US": ("Portland, OR", "Austin, TX", "Boston, MA", "Denver, CO", "San Diego, CA", "Reno, NV"),
    "DE": ("Hamburg", "Köln", "Leipzig", "Bad Homburg", "Nürnberg", "Ulm", "Berlin", "Münster"),
    "AT": ("Wien", "Graz", "Linz"),
    "CH": ("Zürich", "Bern", "Genève", "Basel", "Lausanne"),
    "FR": ("Lyon", "Nantes", "Paris", "Saint-Étienne", "Lille", "Aix-en-Provence", "Rennes"),
    "BE": ("Bruxelles", "Liège", "Namur"),
    "LU": ("Luxembourg", "Esch-sur-Alzette"),
}
_COUNTRY = {
    "en": {"DE": "Germany", "FR": "France", "GB": "United Kingdom", "US": "USA", "IE": "Ireland",
           "AT": "Austria", "CH": "Switzerland", "BE": "Belgium", "LU": "Luxembourg"},
    "de": {"DE": "Deutschland", "FR": "Frankreich", "GB": "Großbritannien", "US": "USA",
           "IE": "Irland", "AT": "Österreich", "CH": "Schweiz", "BE": "Belgien", "LU": "Luxemburg"},
    "fr": {"DE": "Allemagne", "FR": "France", "GB": "Royaume-Uni", "US": "États-Unis",
           "IE": "Irlande", "AT": "Autriche", "CH": "Suisse", "BE": "Belgique",
           "LU": "Luxembourg"},
}  # fmt: skip
_FORMS = {
    "GB": ("Ltd", "Limited", "Ltd.", "LLP", "PLC", ""), "IE": ("Ltd", "Limited", "DAC"),
    "US": ("Inc.", "LLC", "Corp.", "Co.", "", "Group"),
    "DE": ("GmbH", "GmbH", "AG", "GmbH & Co. KG", "e.K.", "OHG", "UG (haftungsbeschränkt)", "KG",
           "GbR", ""),
    "AT": ("GmbH", "GesmbH", "KG", "e.U."), "CH": ("AG", "GmbH", "SA", "Sàrl"),
    "FR": ("SARL", "SAS", "SA", "EURL", "S.A.S.", ""), "BE": ("SPRL", "SA", "SRL"),
    "LU": ("S.à r.l.", "SA"),
}  # fmt: skip
_TAILS = {
    "en": ("Services", "Supplies", "Solutions", "& Sons", "Group", "Partners", "International"),
    "de": ("Service", "Vertrieb", "Handel", "Technik", "& Söhne", "Systeme", "Nord", "& Partner"),
    "fr": ("Services", "et Fils", "Solutions", "Associés", "Diffusion", "Sud", "Conseil"),
}
_IBAN_LENGTH = {"DE": 18, "AT": 16, "CH": 17, "FR": 23, "BE": 12, "LU": 16}


@dataclass(frozen=True)
class Identity:
    """A party as its own letterhead names it; ``brand`` is the short name of its logo."""

    name: str
    brand: str
    street: str
    postcode: str
    city: str
    country: str
    country_name: str
    person: str
    vat_id: str
    iban: str
    bic: str
    second_iban: str
    bank: str
    phone: str
    fax: str
    email: str
    web: str
    tax_number: str
    register: str
    private: bool

    @property
    def place(self) -> str:
        """The address's last line, as its country writes it."""
        if self.country == "US":
            return f"{self.city} {self.postcode}"
        if self.country in {"GB", "IE"}:
            return f"{self.city} {self.postcode}".strip()
        return f"{self.postcode} {self.city}"


def company(
    dice: Random, language: str, country: str, trade: str, *, private: bool = False
) -> Identity:
    """Invent a company, or with ``private`` a person."""
    root = _surname(dice, language)
    who = person(dice, language)
    form = dice.choice(_FORMS[country])
    name, brand = (who, who) if private else _company_name(dice, language, root, trade, form, who)
    site = "".join(c for c in root.lower() if c.isascii()) + dice.choice((".example", ".test"))
    return Identity(
        name=name,
        brand=brand,
        street=_street(dice, language, country),
        postcode=_postcode(dice, country),
        city=dice.choice(_CITIES[country]),
        country=country,
        country_name=_COUNTRY[language][country],
        person=who,
        vat_id=vat_id(dice, country),
        iban=iban(dice, country),
        bic=_bic(dice, country),
        second_iban=iban(dice, country),
        bank=_bank(dice, language),
        phone=phone(dice, country),
        fax=phone(dice, country),
        email=f"{dice.choice(('info', 'office', 'billing', 'kontakt', 'contact'))}@{site}",
        web=f"{dice.choice(('www.', 'www.', 'https://'))}{site}",
        tax_number=_tax_number(dice, country),
        register=_digits(dice, 5),
        private=private,
    )


def person(dice: Random, language: str) -> str:
    """Invent a person's name."""
    return f"{dice.choice(_FIRST[language])} {_surname(dice, language)}"


def invented_word(dice: Random) -> str:
    """Invent the name of a make."""
    word = "".join(dice.choices(_SYLLABLES, k=dice.choice((2, 2, 3)))).capitalize()
    return word.upper() if dice.random() < 0.2 else word


def _surname(dice: Random, language: str) -> str:
    return (dice.choice(_SYLLABLES) + dice.choice(_ENDINGS[language])).capitalize()


def _company_name(
    dice: Random, language: str, root: str, trade: str, form: str, who: str
) -> tuple[str, str]:
    tail = dice.choice(_TAILS[language])
    second = "".join(dice.sample(_SYLLABLES, 2)).capitalize()
    core = dice.choice((
        f"{root} {trade}", f"{trade} {root}", f"{root} {tail}", second, f"{root} & {second}",
        f"{second} {trade} {tail}", f"{second.upper()}", f"{trade} {who}", f"{root}-{trade}",
        f"{second} {tail}", f"{root} {trade}",
    ))  # fmt: skip
    name = f"{core} {form}".strip()
    return (name.upper() if dice.random() < 0.08 else name), core.split()[0]


def _street(dice: Random, language: str, country: str) -> str:
    street = dice.choice(_STREETS[language]).format(_surname(dice, language))
    number = str(dice.randint(1, 180)) + dice.choice(("", "", "", "a", "b"))
    if country in {"GB", "IE", "US", "FR", "LU"}:
        comma = ", " if country == "FR" and dice.random() < 0.3 else " "
        return f"{number}{comma}{street}"
    return f"{street} {number}"


def _postcode(dice: Random, country: str) -> str:
    if country in {"GB", "IE"}:
        letters = "ABEFHJKLNPRSTW"
        return (
            f"{dice.choice(letters)}{dice.choice(letters)}{dice.randint(1, 28)} "
            f"{dice.randint(1, 9)}{dice.choice(letters)}{dice.choice(letters)}"
        )
    size = 4 if country in {"AT", "CH", "BE", "LU"} else 5
    return str(dice.randint(1, 9)) + _digits(dice, size - 1)


def phone(dice: Random, country: str) -> str:
    """Invent a telephone number in one of its many spellings."""
    code = {"GB": 44, "IE": 353, "US": 1, "DE": 49, "AT": 43, "CH": 41, "FR": 33, "BE": 32}
    area, rest = _digits(dice, 3), _digits(dice, 6)
    prefix = code.get(country, 352)
    return dice.choice((
        f"+{prefix} {area} {rest[:3]} {rest[3:]}", f"0{area} {rest}", f"0{area} / {rest}",
        f"0{area}-{rest}", f"(0{area}) {rest[:3]}-{rest[3:]}", f"+{prefix} (0) {area} {rest}",
        f"01 {area[:2]} {rest[:2]} {rest[2:4]} {rest[4:]}", f"+{prefix}{area}{rest}",
    ))  # fmt: skip


def iban(dice: Random, country: str) -> str:
    """Give an IBAN with right check digits, without spaces; of countries that have none, German."""
    if country in {"GB", "IE"}:
        body = "".join(dice.choices("ABCDKLMNRS", k=4)) + _digits(dice, 14)
    else:
        country = country if country in _IBAN_LENGTH else "DE"
        body = _digits(dice, _IBAN_LENGTH[country])
    turned = "".join(str(int(letter, 36)) for letter in f"{body}{country}00")
    return f"{country}{98 - int(turned) % 97:02d}{body}"


def vat_id(dice: Random, country: str) -> str:
    """Give a VAT id of the right form and check digits; "" where a country has none."""
    if country == "DE":
        digits = str(dice.randint(1, 9)) + _digits(dice, 7)
        return f"DE{digits}{_mod_11_10(digits)}"
    if country == "FR":
        siren = _luhn(str(dice.randint(3, 9)) + _digits(dice, 7))
        return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"
    if country == "AT":
        digits = _digits(dice, 7)
        crossed = (int(d) * (1, 2)[i % 2] for i, d in enumerate(digits))
        total = sum(n // 10 + n % 10 for n in crossed)
        return f"ATU{digits}{(96 - total) % 10}"
    if country == "BE":
        number = int("0" + str(dice.randint(4, 7)) + _digits(dice, 6))
        return f"BE{number:08d}{97 - number % 97:02d}"
    if country == "LU":
        number = int(str(dice.randint(1, 9)) + _digits(dice, 5))
        return f"LU{number}{number % 89:02d}"
    if country == "CH":
        return _swiss(dice)
    if country == "GB":
        digits = str(dice.randint(1, 9)) + _digits(dice, 6)
        weighted = sum(int(d) * w for d, w in zip(digits, range(8, 1, -1), strict=True))
        return f"GB{digits}{97 - weighted % 97:02d}"
    if country == "IE":
        digits = _digits(dice, 7)
        weighted = sum(int(d) * w for d, w in zip(digits, range(8, 1, -1), strict=True))
        return f"IE{digits}{'WABCDEFGHIJKLMNOPQRSTUV'[weighted % 23]}"
    return ""


def _swiss(dice: Random) -> str:
    while True:
        digits = str(dice.randint(1, 9)) + _digits(dice, 7)
        rest = 11 - sum(int(d) * w for d, w in zip(digits, (5, 4, 3, 2, 7, 6, 5, 4), strict=True))
        check = rest % 11
        if check < 10:
            return f"CHE{digits}{check}MWST"


def _mod_11_10(digits: str) -> int:
    check = 5
    for digit in digits:
        check = (((check or 10) * 2) % 11 + int(digit)) % 10
    return (1 - ((check or 10) * 2) % 11) % 10


def _luhn(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        double = int(digit) * (2 if place % 2 == 0 else 1)
        total += double - 9 if double > 9 else double
    return f"{digits}{-total % 10}"


def _bic(dice: Random, country: str) -> str:
    home = country if country != "US" else "DE"
    bank = "".join(dice.choices("ABCDEGHKLMNOPRSTV", k=4))
    return f"{bank}{home}{dice.choice(('FF', '2H', 'PP', 'M1', '22'))}{dice.choice(('', 'XXX'))}"


def _bank(dice: Random, language: str) -> str:
    word = "".join(dice.sample(_SYLLABLES, 2)).capitalize()
    return dice.choice({
        "en": (f"{word} Bank", f"Bank of {word}", f"{word} Trust"),
        "de": (f"{word}bank", f"Sparkasse {word}", f"Volksbank {word} eG"),
        "fr": (f"Banque {word}", f"Crédit {word}", f"Caisse de {word}"),
    }[language])  # fmt: skip


def _tax_number(dice: Random, country: str) -> str:
    if country == "DE":
        return f"{_digits(dice, 2)}/{_digits(dice, 3)}/{_digits(dice, 5)}"
    if country == "FR":
        return f"{_digits(dice, 3)} {_digits(dice, 3)} {_digits(dice, 3)} {_digits(dice, 5)}"
    return f"{_digits(dice, 2)}-{_digits(dice, 7)}"


def _digits(dice: Random, count: int) -> str:
    return "".join(dice.choices("0123456789", k=count))
