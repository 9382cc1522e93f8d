"""How well and how fast e-invoices are read, on the handed-over files.

    python benchmarks/bench_einvoices.py --data DATA [--json]

DATA is a folder that holds ``invoices/documents`` (or the environment variable SLMAPPS_DATA names
it). Measured: the share of valid files read; header fields and lines equal to the truth; UBL and
CII twins of one case equal; files that break a rule named; totals wrong without a word; and
the seconds for 100 e-invoices, best of three runs over the same files.

A file counts as valid when it is not in a `fail` folder of its source and holds an invoice.
"""

from __future__ import annotations

import argparse
import csv
import json
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from slmapps.places import data
from slmapps.records import Problem
from slmapps_invoices.read import read_invoice, read_invoices, to_contract
from slmapps_invoices.records import Invoice

HEADER = ("number", "date", "seller", "currency", "total", "net", "tax", "due", "type_code")
LINE = ("name", "quantity", "price", "amount")
KEY = ("number", "date", "type_code", "currency", "net", "tax", "total", "due", "lines")


def main() -> None:
    """Print the table, or one JSON object with --json."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", help="folder that holds invoices/; else SLMAPPS_DATA")
    options.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = options.parse_args()
    documents = data(chosen.data) / "invoices" / "documents"
    with tempfile.TemporaryDirectory() as scratch:
        result = measure(documents, Path(scratch))
    if chosen.json:
        print(json.dumps(result, indent=2, ensure_ascii=False))
        return
    for name, value in result.items():
        if isinstance(value, list):
            print(f"{name}:")
            for entry in value:
                print(f"    {entry}")
        else:
            print(f"{name:45} {value}")


def measure(documents: Path, scratch: Path) -> dict[str, Any]:
    """Read everything and compare; gives one flat result."""
    zugferd, xrechnung = scratch / "zugferd", scratch / "xrechnung"
    unpack(documents / "zugferd" / "pdfs.tar.xz", zugferd)
    unpack(documents / "xrechnung" / "xrechnung.tar.xz", xrechnung)
    italian = sorted((documents / "fatturapa").glob("*.xml"))
    result: dict[str, Any] = {}
    result |= against_truth(documents / "zugferd", zugferd)
    result |= against_pairs(documents / "xrechnung" / "pairs.csv", xrechnung)
    result |= without_truth(italian)
    pdfs = sorted(zugferd.rglob("*.pdf"))
    xmls = sorted(xrechnung.rglob("*.xml"))
    result |= timed([*pdfs, *xmls, *italian])
    valid = result["zugferd valid"] + result["xrechnung files"] + result["fatturapa files"]
    read = result["zugferd valid read"] + result["xrechnung read"] + result["fatturapa read"]
    result["valid files read, all"] = f"{read}/{valid} = {read / valid:.1%}"
    return result


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a tar archive; its names may not lead out of ``folder``."""
    with tarfile.open(archive) as source:
        source.extractall(folder, filter="data")


def against_truth(about: Path, folder: Path) -> dict[str, Any]:
    """ZUGFeRD PDFs against truth.jsonl and manifest.csv."""
    truths = {row["id"]: row for row in map(json.loads, (about / "truth.jsonl").open("rb"))}
    with (about / "manifest.csv").open(encoding="utf-8", newline="") as file:
        manifest = {row["id"]: row for row in csv.DictReader(file)}
    fields, equal_fields, lines, equal_lines, valid, read = 0, 0, 0, 0, 0, 0
    misses: list[str] = []
    breakers: list[str] = []
    silent: list[str] = []
    alarms: Counter[str] = Counter()
    for path in sorted(folder.rglob("*.pdf")):
        name = path.stem
        truth, failing = truths.get(name), manifest[name]["in_fail_folder"] == "1"
        invoice, problems = read_invoice(path)
        if failing:
            said = ", ".join(dict.fromkeys(problem.code for problem in problems)) or "NOTHING"
            breakers.append(f"{name}: {said}")
        if truth is None or (failing and invoice is None):
            continue
        valid += not failing
        read += invoice is not None and not failing
        if invoice is None:
            misses.append(f"{name}: not read ({', '.join(problem.code for problem in problems)})")
            continue
        if not failing:
            alarms.update(false_alarms(problems, truth))
        given = header(invoice)
        for field in HEADER:
            fields += 1
            equal_fields += given[field] == truth[field]
            if given[field] != truth[field]:
                misses.append(f"{name}: {field} {given[field]!r}, truth {truth[field]!r}")
        if given["total"] != truth["total"] and not problems:
            silent.append(name)
        found = line_values(invoice)
        lines += len(truth["lines"])
        equal_lines += sum((count(found) & count(truth["lines"])).values())
        if found != truth["lines"]:
            misses.append(f"{name}: lines {found}, truth {truth['lines']}")
    return {
        "zugferd valid": valid,
        "zugferd valid read": read,
        "zugferd header fields equal": f"{equal_fields}/{fields}",
        "zugferd lines equal": f"{equal_lines}/{lines}",
        "zugferd misses": misses,
        "zugferd files with a fault on purpose, and what was said": breakers,
        "zugferd false alarms on valid files": sum(alarms.values()),
        "zugferd silently wrong totals": len(silent),
    }


def count(rows: Iterable[dict[str, Any]]) -> Counter[str]:
    """Count equal lines, whatever their order."""
    return Counter(json.dumps(row, sort_keys=True) for row in rows)


def false_alarms(problems: list[Problem], truth: dict[str, Any]) -> Iterator[str]:
    """Give the Problems that the truth itself refutes: page-differs on a value that is printed.

    A broken rule is refuted when the truth's own figures keep it; here that is BR-CO-10, -15.
    """
    names = {"number": "number", "date": "date", "total": "total"}
    for problem in problems:
        if problem.code == "page-differs":
            field = next(name for name in names if f"the {name} " in problem.message)
            if field not in truth["not_printed"]:
                yield problem.code
        elif problem.code == "BR-CO-10":
            amounts = [Decimal(row["amount"]) for row in truth["lines"] if row["amount"]]
            if sum(amounts) == Decimal(truth["net"]):
                yield problem.code
        elif problem.code.startswith("BR-CO"):
            yield problem.code


def header(invoice: Invoice) -> dict[str, str | None]:
    """Give the header in the truth's notation: no trailing zeros."""
    return {
        "number": invoice.number,
        "date": invoice.issue_date.isoformat() if invoice.issue_date else None,
        "seller": invoice.seller.name,
        "currency": invoice.currency,
        "total": plain(invoice.total),
        "net": plain(invoice.net),
        "tax": plain(invoice.tax),
        "due": plain(invoice.due),
        "type_code": invoice.type_code,
    }


def line_values(invoice: Invoice) -> list[dict[str, Any]]:
    """Give the lines as the command prints them, in the truth's notation."""
    return [
        {
            "name": line["description"],
            "quantity": plain(line["quantity"]),
            "price": plain(line["unit_price"]),
            "amount": plain(line["net"]),
        }
        for line in to_contract(invoice)["lines"]
    ]


def plain(amount: Decimal | str | None) -> str | None:
    """Write an amount without trailing zeros or exponent."""
    if amount is None:
        return None
    text = f"{Decimal(amount):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def against_pairs(pairs: Path, folder: Path) -> dict[str, Any]:
    """XRechnung cases against pairs.csv, and each UBL file against its CII twin."""
    files = read = cells = equal_cells = twins = equal_twins = equal_whole = alarms = silent = 0
    misses: list[str] = []
    with pairs.open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    for case in cases:
        found: dict[str, Invoice] = {}
        for syntax in ("ubl", "cii"):
            if not case[syntax]:
                continue
            files += 1
            invoice, problems = read_invoice(folder / case[syntax])
            alarms += len(problems)
            misses += [f"{case['case']} {syntax}: {problem.message}" for problem in problems]
            if invoice is None:
                continue
            read += 1
            found[syntax] = invoice
            given = {**header(invoice), "lines": str(len(invoice.lines))}
            for key in KEY:
                cells += 1
                # The table leaves a value out where the two files state different ones.
                same = (given[key] or "") == case[key] or key in case["differs"]
                equal_cells += same
                silent += key == "total" and not same and not problems
                if not same:
                    misses.append(f"{case['case']} {syntax}: {key} {given[key]}, not {case[key]}")
        if len(found) == 2:
            twins += 1
            differing = list(differences(whole(found["ubl"]), whole(found["cii"])))
            equal_twins += all(
                header(found["ubl"])[key] == header(found["cii"])[key] or key in case["differs"]
                for key in HEADER
                if key != "seller"
            ) and line_values(found["ubl"]) == line_values(found["cii"])
            equal_whole += not differing
            misses += [f"{case['case']} twins: {text}" for text in differing]
    return {
        "xrechnung files": files,
        "xrechnung read": read,
        "xrechnung key values equal": f"{equal_cells}/{cells}",
        "xrechnung twins equal in key values and lines": f"{equal_twins}/{twins}",
        "xrechnung twins equal in every field of the record": f"{equal_whole}/{twins}",
        "xrechnung misses (twins: what the two files state differently)": misses,
        "xrechnung false alarms": alarms,
        "xrechnung silently wrong totals": silent,
    }


def whole(invoice: Invoice) -> dict[str, Any]:
    """Give everything but what names the syntax."""
    return invoice.model_dump(exclude={"places", "syntax", "profile"})


def differences(one: Any, two: Any, path: str = "") -> Iterator[str]:
    """Give each place at which two dumped records differ."""
    if isinstance(one, dict):
        for key in one:
            yield from differences(one[key], two[key], f"{path}.{key}".lstrip("."))
    elif isinstance(one, list | tuple) and len(one) == len(two):
        for at, (left, right) in enumerate(zip(one, two, strict=True)):
            yield from differences(left, right, f"{path}[{at}]")
    elif one != two:
        yield f"{path} {str(one)[:60]!r} / {str(two)[:60]!r}"


def without_truth(files: list[Path]) -> dict[str, Any]:
    """FatturaPA, which comes without a truth: read, and the sums hold."""
    read, said = 0, []
    for path in files:
        invoices, problems = read_invoices(path)
        read += bool(invoices)
        said += [f"{path.name}: {problem.code}" for problem in problems]
    return {"fatturapa files": len(files), "fatturapa read": read, "fatturapa Problems": said}


def timed(files: list[Path]) -> dict[str, Any]:
    """Seconds for 100 e-invoices, by the mean over all files; the best of three runs."""
    runs = []
    for _ in range(3):
        start = time.perf_counter()
        for path in files:
            read_invoices(path)
        runs.append(time.perf_counter() - start)
    return {
        "files timed": len(files),
        "seconds for 100 e-invoices": round(min(runs) / len(files) * 100, 2),
    }


if __name__ == "__main__":
    main()
