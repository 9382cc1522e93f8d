"""Company, address, date and total of scanned receipts: the page tagger beside a linear classifier.

    python -m benchmarks.bench_receipts --data DATA/invoices/documents/sroie/train.jsonl.gz
        [--from FOLDER] [--folds 5] [--only 0] [--epochs 8] [--threads 1] [--json]

Each fold of the receipts is read by a tagger that learnt from the other folds; receipts of one text
are in one fold. ``--from`` is a tagger of invoices to go on with, else weights begin at random. A
value is right when its letters and digits are exactly those of the truth. Choices were made on fold
0, so the mean over the others is reported as well. The linear classifier says of each recognised
segment what it is, by its own words and those around it.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from slmapps.heads.pages.pieces import Pieces, reader_pieces
from slmapps_invoices.pages.receipt_values import entities
from slmapps_invoices.pages.receipts import (
    ENTITIES,
    Receipt,
    labelled_receipt,
    money,
    read_receipts,
    squeezed,
)

if TYPE_CHECKING:
    from slmapps.heads.pages import PageTagger
    from slmapps.heads.pages.network import Network

LABELS = ("other", *ENTITIES.values())
Values = dict[str, str]


def folds(receipts: Sequence[Receipt], count: int) -> list[int]:
    """The fold of each receipt, by a hash of the first id of its text."""
    first: dict[str, str] = {}
    for receipt in receipts:
        first.setdefault(receipt.page.text, receipt.id)
    keys = [first[receipt.page.text] for receipt in receipts]
    return [int(hashlib.sha256(f"fold {key}".encode()).hexdigest(), 16) % count for key in keys]


class Score:
    """Exact matches, values said and values true, by the kind of value."""

    def __init__(self) -> None:
        self.right, self.said, self.true = Counter[str](), Counter[str](), Counter[str]()

    def add(self, said: Values, truth: Values) -> None:
        """Count one receipt."""
        for name in ENTITIES:
            guess, wanted = squeezed(said.get(name, "")), squeezed(truth.get(name, ""))
            self.said[name] += bool(guess)
            self.true[name] += bool(wanted)
            self.right[name] += bool(guess) and guess == wanted

    def __iadd__(self, other: Score) -> Self:
        self.right += other.right
        self.said += other.said
        self.true += other.true
        return self

    def figures(self) -> dict[str, float]:
        """F1 by kind, and over all values (micro)."""
        found = {
            name: 2 * self.right[name] / max(1, self.said[name] + self.true[name])
            for name in ENTITIES
        }
        whole = self.said.total() + self.true.total()
        found["micro F1"] = 2 * self.right.total() / max(1, whole)
        return {name: round(value, 4) for name, value in found.items()}


def begun(folder: Path | None, pieces: Pieces) -> Network | None:
    """A network with a trained tagger's weights, its outputs those of the four values alone."""
    if folder is None:
        return None
    from slmapps.heads.pages import PageTagger
    from slmapps.heads.pages.network import Network

    figures = folder / "figures.json"
    if figures.is_file() and json.loads(figures.read_text("utf-8")).get("receipts"):
        raise SystemExit(f"--from {folder}: learnt from receipts; name one that did not.")
    known = PageTagger.load(folder, pieces.table, pieces.tokenizer)
    rows = [known.labels.index(label) for label in LABELS]
    for name in ("label.weight", "label.bias"):
        known.weights[name] = known.weights[name][rows]
    return Network.of(known.weights, known.heads)


def tagged(
    receipts: Sequence[Receipt], fold_of: Sequence[int], fold: int, given: Any, pieces: Pieces
) -> Iterator[tuple[Receipt, Values]]:
    """What a tagger that learnt from the other folds says of a fold's receipts."""
    tagger = _trained(receipts, fold_of, fold, given, pieces)
    for receipt, number in zip(receipts, fold_of, strict=True):
        if number == fold:
            yield receipt, entities(receipt.page, tagger.tag([receipt.page])[0])


def _trained(
    receipts: Sequence[Receipt], fold_of: Sequence[int], fold: int, given: Any, pieces: Pieces
) -> PageTagger:
    """The tagger for a fold: the one kept from an earlier run, else trained now."""
    import torch

    from slmapps.heads.pages import PageTagger
    from slmapps.heads.pages.training import Recipe, train

    kept = given.out / f"fold-{fold}" if given.out else None
    if kept and (kept / "tagger.safetensors").is_file():
        return PageTagger.load(kept, pieces.table, pieces.tokenizer)
    torch.set_num_threads(given.threads)
    made = [
        labelled_receipt(receipt, pieces.tokenizer, LABELS)
        for receipt, number in zip(receipts, fold_of, strict=True)
        if number != fold
    ]
    recipe = Recipe(
        epochs=given.epochs, words=given.words, rate=given.rate, hidden=given.hidden, seed=fold
    )
    started = time.monotonic()

    def tell(line: dict[str, Any]) -> None:
        if line["step"] % 50 == 0:
            seconds = round(time.monotonic() - started)
            print(f"fold {fold}: {line['done']:.2f} {line['loss']:.3f} {seconds}s", file=sys.stderr)

    begin = begun(given.begin, pieces)
    tagger = train(made, [], LABELS, pieces.table, pieces.tokenizer, recipe, begin=begin, tell=tell)
    if kept:
        tagger.save(kept)
    return tagger


Segments = list[tuple[str, tuple[float, float, float, float]]]


def segments(path: Path) -> dict[str, Segments]:
    """The recognised segments of each receipt, their boxes in shares of the text's extent."""
    found = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            boxes = np.array(row["boxes"], float)
            low = boxes.reshape(-1, 2, 2).min((0, 1))
            high = boxes.reshape(-1, 2, 2).max((0, 1))
            boxes = ((boxes.reshape(-1, 2, 2) - low) / np.maximum(high - low, 1)).reshape(-1, 4)
            found[row["id"]] = list(zip(row["words"], map(tuple, boxes.tolist()), strict=True))
    return found


def signs(parts: Segments, at: int) -> Iterator[str]:
    """What a linear classifier sees of a segment: itself, its place, and its neighbours."""
    text, box = parts[at]
    shape = re.sub(r"\d", "9", text.upper())
    framed = f"^{shape}$"
    yield from (f"t{framed[n : n + 3]}" for n in range(len(framed) - 2))
    yield from (f"w{word}" for word in shape.split())
    yield f"s{re.sub('[A-Z]+', 'A', shape)}"
    yield f"y{int(box[1] * 12)}"
    yield f"x{int(box[0] * 6)},{int(box[2] * 6)}"
    yield f"n{min(at, 12)}"
    for step in (-2, -1, 1, 2):
        if 0 <= at + step < len(parts):
            near = re.sub(r"\d", "9", parts[at + step][0].upper())
            yield from (f"{step}w{word}" for word in near.split())
            yield f"{step}s{re.sub('[A-Z]+', 'A', near)}"
    middle = (box[1] + box[3]) / 2
    for other, where in parts:
        if where[0] < box[0] and where[1] < middle < where[3]:
            yield from (f"lw{word}" for word in re.sub(r"\d", "9", other.upper()).split())


def classes(parts: Segments, truth: Values) -> list[str]:
    """What each segment is, by the truth."""
    company, address = squeezed(truth.get("company", "")), squeezed(truth.get("address", ""))
    found = []
    for text, _ in parts:
        plain = squeezed(text)
        if len(plain) > 2 and (plain in company or (company and company in plain)):
            found.append("company")
        elif len(plain) > 3 and plain in address:
            found.append("address")
        elif truth.get("date") and squeezed(truth["date"]) in plain:
            found.append("date")
        elif truth.get("total") and money(text.replace(" ", "")) == money(
            truth["total"].replace(" ", "")
        ):
            found.append("total")
        else:
            found.append("other")
    return found


_DATE = re.compile(r"\d{1,4}[/.-]\w{1,3}[/.-]\d{2,4}|\d{1,2}[ -]?[A-Z]{3}[A-Z]*[ -]?\d{2,4}")


def linear(
    receipts: Sequence[Receipt], fold_of: Sequence[int], fold: int, parts: dict[str, Segments]
) -> Iterator[tuple[Receipt, Values]]:
    """What a linear classifier of segments says of a fold's receipts."""
    from sklearn.feature_extraction import FeatureHasher
    from sklearn.linear_model import SGDClassifier

    hasher = FeatureHasher(2**18, input_type="string", alternate_sign=False)

    def seen(receipt: Receipt) -> list[list[str]]:
        mine = parts[receipt.id]
        return [list(signs(mine, at)) for at in range(len(mine))]

    learnt = [one for one, number in zip(receipts, fold_of, strict=True) if number != fold]
    rows = [row for receipt in learnt for row in seen(receipt)]
    wanted = [
        name for receipt in learnt for name in classes(parts[receipt.id], dict(receipt.truth))
    ]
    model = SGDClassifier(loss="log_loss", alpha=1e-5, max_iter=12, tol=None, random_state=0)
    model.fit(hasher.transform(rows), wanted)
    for receipt, number in zip(receipts, fold_of, strict=True):
        if number == fold and parts[receipt.id]:
            shares = model.predict_proba(hasher.transform(seen(receipt)))
            yield receipt, _joined(parts[receipt.id], shares, list(model.classes_))


def _joined(parts: Segments, shares: Any, names: Sequence[str]) -> Values:
    best = [names[at] for at in shares.argmax(1)]
    found = {
        name: " ".join(text for (text, _), kind in zip(parts, best, strict=True) if kind == name)
        for name in ("company", "address")
    }
    if not found["company"]:
        found["company"] = parts[int(shares[:, names.index("company")].argmax())][0]
    for name, read in (("date", _DATE.search), ("total", None)):
        for at in np.argsort(-shares[:, names.index(name)]):
            text = parts[int(at)][0]
            if read is None and money(text.replace(" ", "")):
                found[name] = text
                break
            match = read(text) if read is not None else None
            if match:
                found[name] = match[0]
                break
    return found


def main() -> None:
    """Measure both over the folds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="receipts, as JSON lines")
    parser.add_argument("--from", dest="begin", type=Path, help="a tagger to go on with")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", type=int, action="append", help="read this fold alone")
    parser.add_argument("--epochs", type=float, default=8.0)
    parser.add_argument("--words", type=int, default=1200, help="of one step")
    parser.add_argument("--rate", type=float, default=7e-4)
    parser.add_argument("--hidden", type=float, default=0.06, help="share of words hidden")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--linear-only", action="store_true")
    parser.add_argument(
        "--out", type=Path, help="where the folds' taggers are kept, to be taken again"
    )
    parser.add_argument("--errors", type=Path, help="where wrong values are written")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    receipts = list(read_receipts(given.data))
    fold_of = folds(receipts, given.folds)
    parts = segments(given.data)
    pieces = reader_pieces()
    asked = given.only or list(range(given.folds))
    ways: dict[str, Any] = {"linear": lambda fold: linear(receipts, fold_of, fold, parts)}
    if not given.linear_only:
        ways["tagger"] = lambda fold: tagged(receipts, fold_of, fold, given, pieces)
    about: dict[str, Any] = {"receipts": len(receipts), "folds": asked}
    wrong: list[dict[str, str]] = []
    for way, read in ways.items():
        scores = {fold: Score() for fold in asked}
        for fold in asked:
            for receipt, said in read(fold):
                scores[fold].add(said, dict(receipt.truth))
                wrong += [
                    {"way": way, "id": receipt.id, "kind": name, "said": said.get(name, ""),
                     "true": receipt.truth.get(name, "")}
                    for name in ENTITIES
                    if squeezed(said.get(name, "")) != squeezed(receipt.truth.get(name, ""))
                ]  # fmt: skip
        about[way] = _summary(scores)
    if given.errors:
        given.errors.write_text("\n".join(json.dumps(row) for row in wrong), "utf-8")
    print(json.dumps(about, indent=1) if given.json else _table(about, ways))


def _summary(scores: dict[int, Score]) -> dict[str, Any]:
    whole, others = Score(), Score()
    for fold, score in scores.items():
        whole += score
        if fold:
            others += score
    found: dict[str, Any] = {"all folds": whole.figures()}
    if others.true.total():
        found["folds but the first"] = others.figures()
    found["by fold"] = {str(fold): score.figures()["micro F1"] for fold, score in scores.items()}
    return found


def _table(about: dict[str, Any], ways: dict[str, Any]) -> str:
    lines = [f"{about['receipts']} receipts, folds {about['folds']}"]
    for way in ways:
        for part in ("all folds", "folds but the first"):
            if part in about[way]:
                figures = "  ".join(
                    f"{name} {value:.4f}" for name, value in about[way][part].items()
                )
                lines.append(f"{way:8} {part:20} {figures}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
