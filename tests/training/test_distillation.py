"""A student with fewer pieces is taught over the pieces that it has."""

from __future__ import annotations

import json

import pytest
import torch

from slmapps.training.distillation import Teacher, divergence, shared_pieces
from slmapps.training.vocabulary import trim_vocabulary
from tests.training.tiny import llama, tokenizer


def whole():
    """A vocabulary with some merges above the bytes."""
    content = json.loads(tokenizer().to_str())
    vocabulary = content["model"]["vocab"]
    for merge in (["a", "b"], ["c", "d"], ["e", "f"]):
        vocabulary["".join(merge)] = len(vocabulary)
        content["model"]["merges"].append(merge)
    return json.dumps(content)


def test_the_teacher_answers_over_the_pieces_that_the_student_keeps():
    text = whole()
    smaller, kept = trim_vocabulary(text, {258: 3.0, 257: 0.0}, 258)
    pieces = shared_pieces(smaller, text)
    assert pieces is not None
    assert pieces.tolist() == kept
    model = llama(pieces=260, seed=4)
    inputs = torch.tensor([[0, 5, 257, 9]])  # 257 is the student's number of what was 258
    wanted = model(torch.tensor([[0, 5, 258, 9]])).logits[..., kept]
    torch.testing.assert_close(Teacher(model, pieces)(inputs, use_cache=False).logits, wanted)


def test_one_and_the_same_vocabulary_needs_no_numbers():
    assert shared_pieces(whole(), whole()) is None


def test_a_piece_that_the_teacher_lacks_is_named():
    with pytest.raises(ValueError, match="lacks 3 of the student's 260 pieces"):
        shared_pieces(whole(), tokenizer().to_str())


def test_the_divergence_is_that_of_the_softened_distributions():
    torch.manual_seed(0)
    own, wanted, heat = torch.randn(5, 7), torch.randn(5, 7), 3.0
    p, q = (wanted / heat).softmax(-1), (own / heat).softmax(-1)
    by_hand = (p * (p / q).log()).sum() * heat**2
    torch.testing.assert_close(divergence(own, wanted, heat), by_hand)
    assert divergence(own, own, heat).abs() < 1e-5


def test_the_teacher_learns_nothing():
    teacher = Teacher(llama())
    assert not any(p.requires_grad for p in teacher.parameters())
    assert not teacher.training
