"""Tax numbers, accounts and invoice numbers, cleaned and checked by their checksums.

Design choices:

* A checksum is evidence: an identifier that keeps it weighs far more than one of the right shape
  that does not. One that does not is still a reading, since made-up and mistyped numbers are
  printed, too; ``checked`` says which it is.
* A scanning fault is mended only if the checksum then holds and no other change of one character
  makes it hold. Most checksums cannot tell two digits apart, so this is rare, and right.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable

from slmapps_invoices.pages.readings import DIGIT_FOR, Reading, figures_for_letters, ranked, tidy

__all__ = ["read_bic", "read_iban", "read_number", "read_vat_id"]

_SPLIT = re.compile(r"[\s.\-/:]+")
_VAT_LABEL = re.compile(
    r"\A(?:VAT|U\s?St\.?|USt|MwSt\.?|TVA|IVA|P\.?\s?IVA|BTW|moms|GST(?:IN)?|ABN|UID|CVR|NIP|"
    r"Umsatzsteuer|Tax)(?:[\s.-]*(?:Id(?:ent)?(?:ifikations)?|intracommunautaire|reg(?:istration)?|"
    r"Nr|No|Number|Nummer|numéro|n°|ID|nr))*[\s.:#°-]+",
    re.IGNORECASE,
)
_VAT_SHAPE = re.compile(r"[A-Z]{2}[0-9A-Z]{7,13}")
# Prices are printed beside labels, too. Three decimals may be a number in groups: "24.117".
_AMOUNT = re.compile(r"\d{1,3}(?:[.,' ]\d{3})*[.,](?:\d\d|\d{4})(?:\s?(?:€|\$|£|EUR|USD|GBP|CHF))?")
_NUMBER_LABEL = re.compile(
    r"\A(?:(?:tax |pro.?forma )?(?:invoice|bill|credit note|document|receipt|rechnungs?|belegs?|"
    r"gutschrifts?|facture|fattura|factura|faktura|factuur|order|auftrags?|bestell|kunden)[\s-]*)?"
    r"(?:(?:number|nummer|num[ée]ro|numero|no|nr|num|ref|id)(?:[\s:.#]+|\Z)|n?[º°#№][\s:.]*)+",
    re.IGNORECASE,
)
_BIC_SHAPE = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_IBAN_SHAPE = re.compile(r"[A-Z]{2}\d\d[A-Z0-9]{11,30}")
_LETTER_FOR = {"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z", "6": "G"}


def read_vat_id(text: str, country: str = "") -> list[Reading[str]]:
    """Read a number for VAT or GST: of the EU, Britain, Switzerland, Norway, Australia, India.

    ``country`` (ISO 3166 alpha-2) helps with numbers that do not name theirs. The value has no
    blanks or dots and keeps its prefix as printed.
    """
    cleaned = tidy(text)[:60].strip(" :;,()")
    bare = re.sub(
        r"(?<=\d)\s?(?:MWST|TVA|IVA|MVA)\Z", "", _VAT_LABEL.sub("", cleaned), flags=re.IGNORECASE
    )
    compact = _SPLIT.sub("", bare).upper()
    if not 8 <= len(compact) <= 16 or not compact.isalnum():
        return []
    suffix = "MVA" if re.search(r"MVA\Z", cleaned, re.IGNORECASE) else ""

    def holds(number: str) -> bool:
        return _vat_holds(number, country or ("NO" if suffix else ""))

    if holds(compact):
        return [Reading(compact + suffix, 0.95, checked=True)]
    mended = _mended(compact, holds, keep=2 if compact[:2].isalpha() else 0)
    found = [Reading(mended + suffix, 0.6, repaired=True, checked=True)] if mended else []
    if _VAT_SHAPE.fullmatch(compact) and sum(map(str.isdigit, compact)) >= 6:
        found.append(Reading(compact + suffix, 0.2, checked=False))
    return found


def read_iban(text: str) -> list[Reading[str]]:
    """Read an IBAN, without spaces; country, length, shape and checksum are checked."""
    cleaned = re.sub(r"\A\s*IBAN\b[\s.:-]*", "", tidy(text)[:60], flags=re.IGNORECASE)
    cleaned = cleaned.strip(" .,;:|()")
    compact = _SPLIT.sub("", cleaned).upper()
    if not 15 <= len(compact) <= 34 or not compact.isalnum():
        return []
    if _iban_holds(compact):
        return [Reading(compact, 0.97, checked=True)]
    mended = _mended(compact, _iban_holds, keep=0)
    found = [Reading(mended, 0.6, repaired=True, checked=True)] if mended else []
    if _IBAN_SHAPE.fullmatch(compact):
        found.append(Reading(compact, 0.2, checked=False))
    return found


def read_bic(text: str) -> list[Reading[str]]:
    """Read a BIC (SWIFT code) of 8 or 11 characters; one whose bank is known is ``checked``."""
    cleaned = re.sub(
        r"\A\s*(?:BIC|SWIFT)(?:[\s/-]*(?:BIC|SWIFT|Code))*\b[\s.:-]*", "", tidy(text)[:60]
    )
    compact = _SPLIT.sub("", cleaned).upper()
    found = []
    for candidate, repaired in ((compact, False), (_lettered(compact), True)):
        if not _BIC_SHAPE.fullmatch(candidate):
            continue
        known = _bic_known(candidate)
        if known is not None:
            found.append(
                Reading(candidate, 0.9 if known else 0.35, repaired, checked=known or None)
            )
            break
    return ranked(found)


def read_number(text: str) -> list[Reading[str]]:
    """Read the number of an invoice or order, cleaned of its label: "Nr.: R-12" is "R-12"."""
    cleaned = tidy(text)[:80].strip(" :;,")
    bare = _NUMBER_LABEL.sub("", cleaned).strip(" :;,#.")
    bare = bare.removeprefix("(").removesuffix(")") if bare.count("(") != bare.count(")") else bare
    if not bare or not any(char.isalnum() for char in bare):
        return []
    if _AMOUNT.fullmatch(bare):
        return []
    digits = any(char.isdigit() for char in bare)
    found = [Reading(bare, 0.9 if digits else 0.1)]
    if " " in bare and digits:
        found.append(Reading(bare.replace(" ", ""), 0.08, repaired=True))
    return found


def _vat_holds(number: str, country: str) -> bool:
    """Tell whether a number keeps the checksum of the country it names, or of ``country``."""
    from stdnum.au import abn
    from stdnum.ch import uid
    from stdnum.eu import vat as eu
    from stdnum.gb import vat as gb
    from stdnum.in_ import gstin
    from stdnum.no import orgnr

    def held(check: Callable[[str], bool], value: str) -> bool:
        return bool(check(value))

    prefix, rest = number[:2], number[2:]
    if prefix in {"GB", "XI"}:
        return held(gb.is_valid, rest)
    if number.startswith("CHE"):
        return held(uid.is_valid, number)
    if prefix == "NO":
        return held(orgnr.is_valid, rest)
    if prefix.isalpha():
        return held(eu.is_valid, number)
    if len(number) == 15:
        return held(gstin.is_valid, number)
    if country == "AU" or (len(number) == 11 and not country):
        return held(abn.is_valid, number)
    if country == "NO":
        return held(orgnr.is_valid, number)
    if country == "GB":
        return held(gb.is_valid, number)
    return bool(country) and held(eu.is_valid, country + number)


def _iban_holds(number: str) -> bool:
    if not _IBAN_SHAPE.fullmatch(number):
        return False
    moved = number[4:] + number[:4]
    if int("".join(str(int(char, 36)) for char in moved)) % 97 != 1:
        return False
    from schwifty import IBAN
    from schwifty.exceptions import SchwiftyException

    try:
        IBAN(number)
    except SchwiftyException:
        return False
    return True


def _bic_known(code: str) -> bool | None:
    """Tell whether the bank is in the registry; None where the code cannot be one."""
    from schwifty import BIC
    from schwifty.exceptions import SchwiftyException

    try:
        return any(BIC(full).exists for full in {code, code.ljust(11, "X")})
    except SchwiftyException:
        return None


def _lettered(code: str) -> str:
    """Put letters for the digits that scans take for them where a BIC has letters alone."""
    return "".join(_LETTER_FOR.get(char, char) for char in code[:6]) + code[6:]


def _mended(number: str, holds: Callable[[str], bool], *, keep: int) -> str | None:
    """Change what a scan may have confused, if that is the only change that makes ``holds`` true.

    Letters where the number has digits all over show their place themselves; otherwise one
    character, any of them, may be changed to any other. The first ``keep`` stay.
    """
    head = 2 if number[:2].isalpha() else keep
    digits, changed = figures_for_letters(number[head:])
    mended = number[:head] + digits
    if changed and holds(mended):
        places = [at for at, char in enumerate(number) if at >= head and char in DIGIT_FOR]
        one = changed == 1
        return None if one and _one_change(number, holds, head, places) != [mended] else mended
    right = _one_change(number, holds, head)
    return right[0] if len(right) == 1 else None


def _one_change(
    number: str, holds: Callable[[str], bool], head: int, places: list[int] | None = None
) -> list[str]:
    """Give every number one change away that holds; digits stay digits and letters letters."""
    found = []
    for at in range(head, len(number)) if places is None else places:
        kept = number[at].isalpha() and places is None
        for char in string.ascii_uppercase if kept else string.digits:
            other = number[:at] + char + number[at + 1 :]
            if char != number[at] and holds(other):
                found.append(other)
    return found
