"""Training the tagger of invoices' pages on invoices made for it. Needs torch and reportlab.

    python -m slmapps_invoices.pages.training --out FOLDER [--count 20000] [--epochs 1]
        [--held-out 40] [--seed 0] [--noise 0.4] [--receipts FILE]

A share of the documents (``--noise``) is changed as recognising a scan changes words; all receipts
of FILE, if one is given, are repeated until they are about a twelfth of the pages. The last
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
from slmapps.heads.pages.pieces import Pieces, reader_pieces
from slmapps.records import Page
from slmapps_invoices.pages.gather import printed_rows
from slmapps_invoices.pages.labels import LABELS, OTHER
from slmapps_invoices.pages.noise import noisy
from slmapps_invoices.pages.receipts import labelled_receipts

if TYPE_CHECKING:
    from slmapps.heads.pages import PageTagger
    from slmapps.heads.pages.training import Labelled
    from slmapps_invoices.pages.synthetic import Sample

__all__ = ["examples", "f1", "labelled", "repeated"]


_RECEIPTS = 0.08  # of all pages


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


def repeated(pages: Sequence[Labelled], among: int, dice: np.random.Generator) -> list[Labelled]:
    """The pages, repeated so that they are 8 % of all where ``among`` others are."""
    wanted = round(among * _RECEIPTS / (1 - _RECEIPTS)) if pages else 0
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
    parser.add_argument("--held-out", type=int, default=40, help="layouts")
    parser.add_argument("--apart", type=int, default=300, help="documents to measure on")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--noise", type=float, default=0.4, help="share read as if from scans")
    parser.add_argument("--receipts", type=Path, help="read receipts, as JSON lines")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    import torch

    from slmapps.heads.pages.training import Recipe, train
    from slmapps_invoices.pages import synthetic

    torch.set_num_threads(given.threads)
    pieces = reader_pieces()
    seen = synthetic.layouts() - given.held_out
    pages = _made(given.count, given.seed + 1, (0, seen), pieces, given.noise)
    apart = _made(given.apart, given.seed + 2, (seen, synthetic.layouts()), pieces, given.noise)
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
            Recipe(epochs=given.epochs, seed=given.seed),
            tell=lambda line: tick(int(line["done"] * 1000), 1000),
        )
    tagger.save(given.out)
    figures = f1(tagger, apart[len(apart) // 2 :])
    about = {
        "pages": len(pages),
        "layouts": seen,
        "seconds": round(time.monotonic() - started),
        "fingerprint": pieces.fingerprint,
        "mean F1": sum(figures.values()) / len(figures),
        **figures,
    }
    (given.out / "figures.json").write_text(json.dumps(about, indent=1), "utf-8")
    print(json.dumps(about, indent=1))


def _made(
    count: int, seed: int, layouts: tuple[int, int], pieces: Pieces, noise: float
) -> list[Labelled]:
    found: list[Labelled] = []
    with progress("Making invoices") as tick:
        made = examples(count, seed, layouts, pieces.tokenizer, noise)
        for number, each in enumerate(made, 1):
            found += each
            tick(number, count)
    return found


if __name__ == "__main__":
    main()
