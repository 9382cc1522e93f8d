"""Hostile files: each gives a Problem within seconds and bounded memory, and the batch goes on."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from slmapps.documents import open_document
from tests.documents.making import blank_pages, endless_page, pdf, zipped

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 10
MEGABYTES = 900  # of a fresh process that reads all of them, the reader of PDFs apart

BOMB = (
    "<!DOCTYPE a [<!ENTITY b0 'ha'>"
    + "".join(f"<!ENTITY b{n} '{f'&b{n - 1};' * 10}'>" for n in range(1, 12))
    + "]><Invoice>&b11;</Invoice>"
)
HOSTILE: dict[str, tuple[bytes, str]] = {
    "entity bomb": (BOMB.encode(), "xml-doctype"),
    "entity bomb in UTF-16": (
        f"<?xml version='1.0' encoding='UTF-16'?>{BOMB}".encode("utf-16"),
        "xml-",
    ),
    "external entity": (
        b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        "xml-doctype",
    ),
    "external DTD": (b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:9/a.dtd'><a/>", "xml-doctype"),
    "too many tags": (b"<a>" + b"<b/>" * 2_000_000 + b"</a>", "xml-too-long"),
    "deep tags": (b"<a>" * 400_000, "xml-"),
    "10,000 pages": (blank_pages(10_000), "too-many-pages"),
    "a page without end": (endless_page(3_000_000), ""),
    "truncated PDF": (pdf([[(9, 9, "a")]])[:400], "pdf-broken"),
    "workbook bomb": (
        zipped({"xl/workbook.xml": b"<workbook/>", "xl/worksheets/sheet1.xml": b" " * 300_000_000}),
        "workbook-too-large",
    ),
    "nothing": (b"", "file-empty"),
    "NUL bytes": (b"\0" * 100_000, "file-kind"),
    "one long line": (b"a," * 20_000_000, "line-too-long"),
    "an open quotation mark": (b'a,b\n"' + b"x\n" * 5_000_000, "cell-too-long"),
    "200 MB": (b"a," * 100_000_000, "file-too-large"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_each_is_a_problem_within_seconds(name) -> None:
    data, code = HOSTILE[name]
    start = time.monotonic()
    document, problems = open_document(data, name=name)
    assert time.monotonic() - start < SECONDS
    assert problems
    assert problems[0].code.startswith(code)
    assert problems[0].cure
    assert document is None or not document.pages or problems


def test_the_batch_goes_on_in_bounded_memory(tmp_path: Path) -> None:
    for number, (data, _) in enumerate(HOSTILE.values()):
        (tmp_path / f"{number:02}").write_bytes(data)
    (tmp_path / "99").write_bytes(pdf([[(20, 100, "the honest one")]]))
    script = """
import json, re, resource, sys
from pathlib import Path
from slmapps.documents import open_document
found = [open_document(path) for path in sorted(Path(sys.argv[1]).iterdir())]
print(json.dumps({
    "problems": [len(problems) for _, problems in found],
    "last": found[-1][0].text,
    # Not ru_maxrss: a program starts with that of the process which started it.
    "megabytes": int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024,
    "reader": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
}))
"""
    answer = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    result = json.loads(answer.stdout)
    assert all(result["problems"][:-1])
    assert result["problems"][-1] == 0
    assert result["last"] == "the honest one"
    assert result["megabytes"] < MEGABYTES
    assert result["reader"] < 1100
