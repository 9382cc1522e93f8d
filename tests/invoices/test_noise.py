"""Words as a recogniser reads them: some joined, lost or misread, each with the label it had."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from slmapps.records import Word
from slmapps_invoices.pages.noise import noisy


@dataclass(frozen=True)
class Made:
    words: tuple[Word, ...]
    labels: tuple[str, ...]
    lines: tuple[int, ...]
    width: float = 600.0
    height: float = 800.0


def page(texts: str, labels: dict[str, str], rows: int = 40) -> Made:
    """The same row over and over, each word half a height from the next."""
    words, kinds, lines = [], [], []
    for row in range(rows):
        x = 40.0
        for text in texts.split():
            words.append(Word(text=text, box=(x, 18.0 * row, x + 5.0 * len(text), 18.0 * row + 10)))
            kinds.append(labels.get(text, "other"))
            lines.append(row if text in labels else -1)
            x += 5.0 * len(text) + 5
    return Made(tuple(words), tuple(kinds), tuple(lines))


ROW = page("Rechnung Nr. - 4711 für Kör 12 345,80 €", {"4711": "number", "345,80": "total"})


def test_without_strength_nothing_changes() -> None:
    again = noisy(ROW, np.random.default_rng(1), 0.0)
    assert [word.text for word in again.words] == [word.text for word in ROW.words]
    assert again.labels == ROW.labels
    assert again.words[0].box == pytest.approx(ROW.words[0].box)


def test_the_same_dice_give_the_same_page_and_others_another() -> None:
    one, two, other = (noisy(ROW, np.random.default_rng(seed), 2.0) for seed in (5, 5, 6))
    assert one == two
    assert one != other


def test_words_are_joined_lost_and_misread_and_keep_their_label_and_line() -> None:
    found = noisy(ROW, np.random.default_rng(3), 3.0)
    assert len(found.words) == len(found.labels) == len(found.lines)
    texts = [word.text for word in found.words]
    assert set(texts) - {word.text for word in ROW.words}
    joined = [at for at, text in enumerate(texts) if text.startswith("-47")]
    assert joined
    assert {found.labels[at] for at in joined} == {"number"}
    money = [at for at, text in enumerate(texts) if "345" in text]
    assert {found.labels[at] for at in money} == {"total"}
    assert all(found.lines[at] >= 0 for at in money)
    assert texts.count("€") < 40  # signs that stand alone are lost or joined
    plain = [label for text, label in zip(texts, found.labels, strict=True) if text == "Rechnung"]
    assert len(plain) > 30
    assert set(plain) == {"other"}


def test_boxes_move_with_the_page_and_stay_boxes() -> None:
    found = noisy(ROW, np.random.default_rng(2), 4.0)
    assert all(word.box[0] < word.box[2] and word.box[1] < word.box[3] for word in found.words)
    tops = [word.box[1] for word in found.words if word.text == "Rechnung"]
    assert tops == sorted(tops)
    assert abs(tops[0]) < 12
