"""Training the tagger of invoices' pages on invoices made for it. Needs torch and reportlab.

    python -m slmapps_invoices.pages.training --out FOLDER [--count 20000] [--epochs 1]
        [--held-out 80] [--seed 0] [--noise 0.4] [--receipts FILE] [--jobs 2]
        [--from FOLDER [--einvoices FOLDER]]

A share of the documents (``--noise``) is changed as recognising a scan changes words; all receipts
of FILE, if one is given, are repeated until they are about a twelfth of the pages. ``--from`` goes
on with a tagger, by which PDFs with data inside (``--einvoices``) label their own pages. The last
``--held-out`` layouts of the generator are never learnt from: on documents in those the
temperature is fitted, and the figures are taken that the program prints.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from slmapps.cli.output import progress
from slmapps.heads.pages.features import page_features
from slmapps.heads.pages.pieces import reader_pieces
from slmapps.records import Page
from slmapps_invoices.pages.gather import printed_rows
from slmapps_invoices.pages.labels import LABELS, OTHER
from slmapps_invoices.pages.noise import noisy
from slmapps_invoices.pages.receipts import labelled_receipts

if TYPE_CHECKING:
    from slmapps.heads.pages import PageTagger
    from slmapps.heads.pages.training import Labelled
    from slmapps_invoices.pages.synthetic import Sample

__all__ = ["einvoices", "examples", "f1", "labelled", "made", "repeated"]


_RECEIPTS = 0.08  # of all pages
_PART = 250  # documents that one process makes at a time


def labelled(
    sample: Sample, tokenizer: Any, noise: np.random.Generator | None = None
) -> list[Labelled]:
    """The pages of a made invoice as the tagger learns from them.

    With ``noise`` they are as if read from a scan, of a quality drawn from those dice.
    """
    from slmapps.heads.pages.training import Labelled

    found = []
    # Most scans are good and a few are bad; a document's pages are alike.
    strength = min(4.0, float(noise.exponential(1.2))) if noise is not None else 0.0
    for number, clean in enumerate(sample.pages):
        made = noisy(clean, noise, strength) if noise is not None else clean
        page = Page(number=number, width=made.width, height=made.height, words=made.words)
        if not page.words:
            continue
        labels = np.array([LABELS.index(label) for label in made.labels], np.int64)
        edge = {"first": number == 0, "last": number == len(sample.pages) - 1}
        features = page_features(page, tokenizer, **edge)
        found.append(Labelled(features, labels, _begins(page, made.lines)))
    return found


def _begins(page: Page, lines: Sequence[int]) -> npt.NDArray[np.int64]:
    """1 for the words of an item in the first printed row it stands in, 0 for all others."""
    begins = np.zeros(len(page.words), np.int64)
    seen: set[int] = set()
    for row in printed_rows(page):
        here = {lines[at] for at in row if lines[at] >= 0} - seen
        for at in row:
            begins[at] = lines[at] in here
        seen |= here
    return begins


def examples(
    count: int, seed: int, layouts: tuple[int, int], tokenizer: Any, noise: float = 0.4
) -> Iterator[list[Labelled]]:
    """``count`` documents whose layouts are drawn from first to last (excluded).

    ``noise`` is the share of them that comes as if read from a scan.
    """
    from slmapps_invoices.pages import synthetic

    dice = np.random.default_rng(seed)
    for number in range(count):
        layout = int(dice.integers(*layouts))
        sample = synthetic.make(seed * 10_000_019 + number, layout=layout)
        own = np.random.default_rng((seed, number))
        yield labelled(sample, tokenizer, own if own.random() < noise else None)


def repeated(
    pages: Sequence[Labelled], among: int, dice: np.random.Generator, share: float = _RECEIPTS
) -> list[Labelled]:
    """The pages, repeated so that they are a ``share`` of all where ``among`` others are."""
    wanted = round(among * share / (1 - share)) if pages else 0
    times, rest = divmod(wanted, max(1, len(pages)))
    chosen = dice.permutation(len(pages))[:rest]
    return [*pages] * times + [pages[at] for at in chosen]


def f1(tagger: PageTagger, pages: Sequence[Labelled]) -> dict[str, float]:
    """F1 of words by label, and of rows that begin an item as ``begins``."""
    right, found, there = Counter[str](), Counter[str](), Counter[str]()
    for each in pages:
        tagged = tagger.read(each.page)
        for guess, label in zip(tagged.best, each.labels, strict=True):
            name = LABELS[label]
            found[guess] += 1
            there[name] += 1
            right[name] += guess == name
        lines = each.labels > 0
        guessed, begun = tagged.begins[lines] > 0.5, each.begins[lines] > 0
        right["begins"] += int((guessed & begun).sum())
        found["begins"] += int(guessed.sum())
        there["begins"] += int(begun.sum())
    return {
        name: 2 * right[name] / max(1, found[name] + there[name])
        for name in sorted(there)
        if name != OTHER
    }


def main() -> None:
    """Make, train, measure, save."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=20_000, help="documents")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--held-out", type=int, default=80, help="layouts")
    parser.add_argument("--apart", type=int, default=300, help="documents to measure on")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--noise", type=float, default=0.4, help="share read as if from scans")
    parser.add_argument("--receipts", type=Path, help="read receipts, as JSON lines")
    parser.add_argument("--from", dest="begin", type=Path, help="a tagger to go on with")
    parser.add_argument("--einvoices", type=Path, help="a folder of PDFs with data inside")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=2, help="processes that make invoices")
    given = parser.parse_args()
    if given.einvoices and not given.begin:
        parser.error("--einvoices: documents are labelled with a tagger; name one by --from")
    import torch

    from slmapps.heads.pages import PageTagger
    from slmapps.heads.pages.network import Network
    from slmapps.heads.pages.training import Recipe, train
    from slmapps_invoices.pages import synthetic

    torch.set_num_threads(given.threads)
    pieces = reader_pieces()
    seen = synthetic.layouts() - given.held_out
    pages = made(given.count, given.seed + 1, (0, seen), given.noise, given.jobs)
    apart = made(given.apart, given.seed + 2, (seen, synthetic.layouts()), given.noise, given.jobs)
    begin = None
    if given.begin:
        known = PageTagger.load(given.begin, pieces.table, pieces.tokenizer)
        begin = Network.of(known.weights, known.heads)
        if given.einvoices:
            own = einvoices(given.einvoices, known)
            pages += repeated(own, len(pages), np.random.default_rng(given.seed))
    if given.receipts:
        receipts = [
            one for _, each in labelled_receipts(given.receipts, pieces.tokenizer) for one in each
        ]
        pages += repeated(receipts, len(pages), np.random.default_rng(given.seed))
    started = time.monotonic()
    with progress("Training") as tick:
        tagger = train(
            pages,
            apart[: len(apart) // 2],
            LABELS,
            pieces.table,
            pieces.tokenizer,
            Recipe(epochs=given.epochs, seed=given.seed, rate=given.rate),
            begin=begin,
            tell=lambda line: tick(int(line["done"] * 1000), 1000),
        )
    tagger.save(given.out)
    figures = f1(tagger, apart[len(apart) // 2 :])
    about = {
        "pages": len(pages),
        "layouts": seen,
        "receipts": given.receipts is not None,
        "seconds": round(time.monotonic() - started),
        "fingerprint": pieces.fingerprint,
        "mean F1": sum(figures.values()) / len(figures),
        **figures,
    }
    (given.out / "figures.json").write_text(json.dumps(about, indent=1), "utf-8")
    print(json.dumps(about, indent=1))


def made(
    count: int, seed: int, layouts: tuple[int, int], noise: float, jobs: int
) -> list[Labelled]:
    """Documents made by several processes, each with a seed of its own."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    parts = max(1, count // _PART)
    sizes = [count // parts + (at < count % parts) for at in range(parts)]
    found: list[Labelled] = []
    with (
        progress("Making invoices") as tick,
        ProcessPoolExecutor(max(1, jobs), mp_context=get_context("spawn")) as pool,
    ):
        each = [(size, seed * 1009 + at, layouts, noise) for at, size in enumerate(sizes)]
        for number, part in enumerate(pool.map(_part, each), 1):
            found += part
            tick(sum(sizes[:number]), count)
    return found


def _part(asked: tuple[int, int, tuple[int, int], float]) -> list[Labelled]:
    count, seed, layouts, noise = asked
    tokenizer = reader_pieces().tokenizer
    return [one for each in examples(count, seed, layouts, tokenizer, noise) for one in each]


def einvoices(folder: Path, tagger: PageTagger) -> list[Labelled]:
    """The pages of the PDFs in a folder that have data inside, labelled by it."""
    from slmapps.documents import open_document
    from slmapps.heads.pages.training import Labelled
    from slmapps_invoices.pages.self_labelled import begins_of, labels_of
    from slmapps_invoices.read import read_document

    found = []
    paths = sorted(folder.rglob("*.pdf"))
    with progress("Labelling e-invoices") as tick:
        for number, path in enumerate(paths, 1):
            document, _ = open_document(path)
            tick(number, len(paths))
            if document is None or not document.attachments:
                continue
            invoices, _ = read_document(document)
            if len(invoices) != 1 or invoices[0].syntax == "page":
                continue
            pages = document.pages
            labels = labels_of(pages, tagger.tag(pages), invoices[0])
            for at, (page, own) in enumerate(zip(pages, labels, strict=True)):
                if page.words:
                    edge = {"first": at == 0, "last": at == len(pages) - 1}
                    features = page_features(page, tagger.tokenizer, **edge)
                    found.append(Labelled(features, own, begins_of(page, own, invoices[0])))
    return found


if __name__ == "__main__":
    main()
