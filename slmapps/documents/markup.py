"""XML without entities, DTDs or network."""

from __future__ import annotations

import re

from lxml import etree

from slmapps.documents.limits import Limits
from slmapps.records import Problem, Severity

__all__ = ["parse"]

_DECLARATION = re.compile(rb"\A<\?xml[^>]*\?>")


def parse(data: bytes, limits: Limits) -> tuple[etree._Element | None, list[Problem]]:
    """The root element of an XML file, or None with the reason.

    A document type declaration is refused outright: no e-invoice has one, and entities, external
    files and amplification all need one. Text nodes over 10 MB and trees deeper than 256 are
    refused by the parser. A declaration that names no real encoding is passed over, with a warning.
    """
    if len(data) > limits.max_xml_bytes:
        return None, [
            Problem(
                code="file-too-large",
                message=f"The XML is {len(data):,} bytes; at most {limits.max_xml_bytes:,} are read.",
                cure="Ask the sender to leave large attachments out of the XML.",
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
    except etree.XMLSyntaxError as error:
        mended = _without_declaration(data)
        if mended is None:
            return None, [_broken(error)]
        try:
            root = etree.fromstring(mended, _parser())
        except etree.XMLSyntaxError:
            return None, [_broken(error)]
        problems.append(
            Problem(
                code="xml-declaration",
                message=f"The XML declaration is wrong ({error.msg}); the text was read as UTF-8.",
                cure="Ask the sender to write a valid XML declaration.",
                severity=Severity.WARNING,
            )
        )
    except ValueError as error:
        return None, [_broken(error)]
    about = root.getroottree().docinfo
    if about is not None and about.doctype:
        return None, [_doctype()]
    return root, problems


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _without_declaration(data: bytes) -> bytes | None:
    match = _DECLARATION.match(data)
    if match is None:
        return None
    body = data[match.end() :]
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return body


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
