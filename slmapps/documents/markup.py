"""XML without entities, DTDs or network."""

from __future__ import annotations

import re

from lxml import etree

from slmapps.documents.limits import Limits
from slmapps.documents.mending import Mending, mendings
from slmapps.records import Problem

__all__ = ["parse"]

_BASE64 = re.compile(rb">[A-Za-z0-9+/=\s]{1000000,}<")


def parse(data: bytes, limits: Limits) -> tuple[etree._Element | None, list[Problem]]:
    """Give the root element of an XML file, or None with the reason.

    A document type declaration is refused outright: no e-invoice has one, and entities, external
    files and amplification all need one. Text nodes over 10 MB and trees deeper than 256 are
    refused by the parser; files embedded as base64 text are left out before it when they are large.
    What ``mending`` can put right is put right, with a warning.
    """
    refused = _refused(data, limits)
    if refused is None and len(data) > limits.max_xml_bytes // 10:
        data = _BASE64.sub(b"><", data)
    if refused is None and len(data) > limits.max_xml_bytes:
        refused = _too_large(limits)
    if refused is not None:
        return None, [refused]
    if data[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\x00" not in data[:2]:
        data = data.strip(b" \t\r\n\x00")
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:].lstrip(b" \t\r\n")
    problems: list[Problem] = []
    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        mended = next(filter(None, map(_mended, mendings(data))), None)
        if mended is None:
            return None, [_broken(error)]
        root, warning = mended
        problems.append(warning)
    about = root.getroottree().docinfo
    if about is not None and str(getattr(about, "doctype", "")):
        return None, [_doctype()]
    return root, problems


def _refused(data: bytes, limits: Limits) -> Problem | None:
    if len(data) > limits.max_bytes:
        return _too_large(limits)
    if data.count(b"<") > limits.max_xml_tags:
        return Problem(
            code="xml-too-long",
            message=f"The XML has more than {limits.max_xml_tags:,} tags.",
            cure="Ask the sender to split the invoice.",
        )
    return _doctype() if b"<!DOCTYPE" in data or b"<!ENTITY" in data else None


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


def _mended(mending: Mending) -> tuple[etree._Element, Problem] | None:
    """Parse mended bytes; None where more is wrong with them than what was mended."""
    parser = _parser(recover=mending.is_cut)
    try:
        root = etree.fromstring(mending.data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None or any(fault.type_name != _UNCLOSED for fault in parser.error_log):
        return None
    return root, mending.warning


_UNCLOSED = "ERR_TAG_NOT_FINISHED"


def _too_large(limits: Limits) -> Problem:
    return Problem(
        code="file-too-large",
        message=f"The XML is larger than {limits.max_xml_bytes:,} bytes.",
        cure="Ask the sender to leave large attachments out of the XML.",
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
