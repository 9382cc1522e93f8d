"""Writes the minimal pairs: one JSONL file a phenomenon, from a small grammar.

    python -m benchmarks.writer_pairs.make [--seed N] [--each N] [--out FOLDER]

Each rule draws one pair. The kinds of pair follow BLiMP (Warstadt et al. 2020); the words and the
frames are our own. Where it can be had, both sentences hold the same words in another order, or
differ in one word only, so that length and frequency give nothing away.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable
from pathlib import Path

from benchmarks.writer_pairs import (
    agreement,
    arguments,
    binding,
    dependencies,
    forms,
    lexicon,
    licensing,
)

Rule = Callable[[random.Random], tuple[str, str]]
FILES: dict[str, dict[str, Rule]] = {
    "agreement_subject_verb": agreement.SUBJECT_VERB,
    "agreement_determiner_noun": agreement.DETERMINER_NOUN,
    "agreement_anaphor": agreement.ANAPHOR,
    "binding": binding.RULES,
    "islands": dependencies.ISLANDS,
    "filler_gap": dependencies.FILLER_GAP,
    "npi_licensing": licensing.NPI,
    "ellipsis": licensing.ELLIPSIS,
    "irregular_forms": forms.RULES,
    "argument_structure": arguments.RULES,
}


def sentence(words: str) -> str:
    """A sentence with its capital and its mark."""
    words = " ".join(words.split())
    return words[:1].upper() + words[1:] + ("" if words.endswith(("?", ".")) else ".")


def drawn(rules: dict[str, Rule], count: int, seed: int) -> list[dict[str, str]]:
    """At least ``count`` different pairs, the rules in turn."""
    found: dict[tuple[str, str], str] = {}
    rng = random.Random(seed)
    names = list(rules)
    for turn in range(100 * count):
        if len(found) >= count:
            break
        name = names[turn % len(names)]
        good, bad = map(sentence, rules[name](rng))
        if any(good.count(person) > 1 for person in lexicon.NAMES):
            continue  # nobody is named twice
        if good == bad:
            raise ValueError(f"{name}: both sentences are {good!r}")
        found.setdefault((good, bad), name)
    if len(found) < count:
        raise ValueError(f"{', '.join(names)}: only {len(found)} different pairs, not {count}")
    ordered = sorted(found.items(), key=lambda item: names.index(item[1]))
    return [
        {"sentence_good": good, "sentence_bad": bad, "phenomenon": name}
        for (good, bad), name in ordered
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--each", type=int, default=240)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for number, (name, rules) in enumerate(FILES.items()):
        rows = drawn(rules, given.each, given.seed * 1000 + number)
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (given.out / f"{name}.jsonl").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
