"""XML without entities, DTDs or network."""

from __future__ import annotations

import re

from lxml import etree

from slmapps.documents.limits import Limits
from slmapps.records import Problem, Severity

__all__ = ["parse"]

_DECLARATION = re.compile(rb"\A<\?xml[^>]*\?>")
_NAMES_ENCODING = re.compile(
    rb"""encoding\s*=\s*["'][A-Za-z][\w.-]*["']|\A(?:(?!encoding).)*\Z""", re.DOTALL
)
_ROOT = re.compile(rb"<([A-Za-z_][\w.:-]*)")


def parse(data: bytes, limits: Limits) -> tuple[etree._Element | None, list[Problem]]:
    """Give the root element of an XML file, or None with the reason.

    A document type declaration is refused outright: no e-invoice has one, and entities, external
    files and amplification all need one. Text nodes over 10 MB and trees deeper than 256 are
    refused by the parser. A declaration that names no encoding, and a missing end, are mended with
    a warning.
    """
    if len(data) > limits.max_xml_bytes:
        return None, [
            Problem(
                code="file-too-large",
                message=f"The XML is larger than {limits.max_xml_bytes:,} bytes.",
                cure="Ask the sender to leave large attachments out of the XML.",
            )
        ]
    if data.count(b"<") > limits.max_xml_tags:
        return None, [
            Problem(
                code="xml-too-long",
                message=f"The XML has more than {limits.max_xml_tags:,} tags.",
                cure="Ask the sender to split the invoice.",
            )
        ]
    if data[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\x00" not in data[:2]:
        data = data.strip(b" \t\r\n\x00")
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:].lstrip(b" \t\r\n")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return None, [_doctype()]
    problems: list[Problem] = []
    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        mended, what = _mend(data)
        if mended is None:
            return None, [_broken(error)]
        try:
            root = etree.fromstring(mended, _parser(recover=what == "xml-cut-short"))
        except (etree.XMLSyntaxError, ValueError):
            return None, [_broken(error)]
        if root is None:
            return None, [_broken(error)]
        problems.append(_mended(what, error))
    about = root.getroottree().docinfo
    if about is not None and str(getattr(about, "doctype", "")):
        return None, [_doctype()]
    return root, problems


def _parser(*, recover: bool = False) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


def _mend(data: bytes) -> tuple[bytes | None, str]:
    """Undo one of two faults: a declaration with an invalid encoding, or a missing end.

    What is cut short is read up to the last element that is whole, so that no half number counts.
    """
    match = _DECLARATION.match(data)
    if match is not None and not _NAMES_ENCODING.search(match.group()):
        try:
            data[match.end() :].decode("utf-8")
        except UnicodeDecodeError:
            return None, ""
        return data[match.end() :], "xml-declaration"
    root = _ROOT.search(data[:4096])
    if root is None or b"</" + root.group(1) in data[-len(root.group(1)) - 200 :]:
        return None, ""
    end = max(data.find(b">", data.rfind(b"</")) + 1, data.rfind(b"/>") + 2)
    return (data[:end], "xml-cut-short") if end > root.end() else (None, "")


def _mended(what: str, error: Exception) -> Problem:
    if what == "xml-declaration":
        return Problem(
            code=what,
            message=f"The XML declaration is wrong ({error}); the text was read as UTF-8.",
            cure="Ask the sender to write a valid XML declaration.",
            severity=Severity.WARNING,
        )
    return Problem(
        code=what,
        message="The XML has no end; it was read up to the last part that is whole.",
        cure="Check that nothing is missing, or ask the sender for the file again.",
        severity=Severity.WARNING,
    )


def _doctype() -> Problem:
    return Problem(
        code="xml-doctype",
        message="The XML carries a document type declaration (DTD, entities), which is not read.",
        cure="Ask the sender for the invoice without a DTD; e-invoices never have one.",
    )


def _broken(error: Exception) -> Problem:
    return Problem(
        code="xml-broken",
        message=f"The XML cannot be read: {str(error)[:200]}",
        cure="Ask the sender for the file again; it is damaged or cut short.",
    )
