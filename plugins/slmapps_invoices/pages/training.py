"""Training the tagger of invoices' pages on invoices made for it. Needs torch and reportlab.

    python -m slmapps_invoices.pages.training --out FOLDER [--count 20000] [--epochs 1]
        [--held-out 40] [--seed 0] [--from FOLDER]

The last ``--held-out`` layouts of the generator are never learnt from: on documents in those the
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

if TYPE_CHECKING:
    from slmapps.heads.pages import PageTagger
    from slmapps.heads.pages.training import Labelled
    from slmapps_invoices.pages.synthetic import Sample

__all__ = ["examples", "f1", "labelled"]


def labelled(sample: Sample, tokenizer: Any) -> list[Labelled]:
    """The pages of a made invoice as the tagger learns from them."""
    from slmapps.heads.pages.training import Labelled

    found = []
    for number, made in enumerate(sample.pages):
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
    count: int, seed: int, layouts: tuple[int, int], tokenizer: Any
) -> Iterator[list[Labelled]]:
    """``count`` documents whose layouts are drawn from first to last (excluded)."""
    from slmapps_invoices.pages import synthetic

    dice = np.random.default_rng(seed)
    for number in range(count):
        layout = int(dice.integers(*layouts))
        yield labelled(synthetic.make(seed * 10_000_019 + number, layout=layout), tokenizer)


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
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    import torch

    from slmapps.heads.pages.training import Recipe, train
    from slmapps_invoices.pages import synthetic

    torch.set_num_threads(given.threads)
    pieces = reader_pieces()
    seen = synthetic.layouts() - given.held_out
    pages = _made(given.count, given.seed + 1, (0, seen), pieces, "Making invoices")
    apart = _made(given.apart, given.seed + 2, (seen, synthetic.layouts()), pieces, "And others")
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
    count: int, seed: int, layouts: tuple[int, int], pieces: Pieces, label: str
) -> list[Labelled]:
    found: list[Labelled] = []
    with progress(label) as tick:
        for number, each in enumerate(examples(count, seed, layouts, pieces.tokenizer), 1):
            found += each
            tick(number, count)
    return found


if __name__ == "__main__":
    main()
