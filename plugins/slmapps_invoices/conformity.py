"""What a Cross Industry Invoice may hold: known profiles, and elements of its own vocabulary only.

Not a validation against the schema: the two faults that real senders make and that a tolerant
reader would otherwise pass over in silence.
"""

from __future__ import annotations

import re

from lxml import etree

from slmapps.records import Problem, Severity
from slmapps_invoices.source import Node, Source

__all__ = ["check_form"]

_PROFILES = re.compile(
    r"""urn:cen\.eu:en16931:2017(\#(compliant|conformant)\#\S+)*
    |urn:factur-x\.eu:1p0:(minimum|basicwl|basic|en16931|extended)
    |urn:zugferd\.de:2p[0-9]:(minimum|basicwl|basic|en16931|extended)
    |urn:ferd:CrossIndustryDocument:invoice:1p0:(basic|comfort|extended)
    |urn:ferd:invoice:(rc|1\.0):(basic|comfort|extended)
    |urn:(fdc:peppol\.eu|peppol|www\.cenbii\.eu|xoev-de|xeinkauf\.de|fdc:nen\.nl)\S*""",
    re.VERBOSE | re.IGNORECASE,
)
_VOCABULARY = ("urn:un:unece:uncefact:", "urn:ferd:", "urn:cen.eu:")
_NAMED = 3


def check_form(source: Source, root: Node, profile: str) -> list[Problem]:
    """Warn of elements of another vocabulary, and tell of a profile that no version knows."""
    problems = []
    elements = list(root.iter())
    strange = [element for element in elements if _is_strange(element)]
    # The release candidate leaves most elements without a namespace on purpose.
    if 0 < len(strange) < len(elements) // 2:
        names = ", ".join(etree.QName(element).localname for element in strange[:_NAMED])
        problems.append(
            Problem(
                code="xml-vocabulary",
                message=f"Elements do not belong to the invoice's vocabulary: {names}.",
                cure="Ask the sender for a valid invoice; what could be read was read.",
                severity=Severity.WARNING,
                where=source.span(strange[0]),
            )
        )
    if not _PROFILES.fullmatch(profile):
        stated = f"'{profile[:80]}' is the name of no profile"
        problems.append(
            Problem(
                code="profile-unknown" if profile else "BR-01",
                message=f"{stated}." if profile else "BR-01: the invoice names no profile.",
                cure="Ask the sender to name the profile as its standard does; the rest was read.",
                severity=Severity.WARNING,
                where=source.places.get("profile"),
            )
        )
    return problems


def _is_strange(element: Node) -> bool:
    namespace = etree.QName(element).namespace or ""
    return not namespace.startswith(_VOCABULARY)
