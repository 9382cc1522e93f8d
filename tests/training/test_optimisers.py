"""Muon's moves are orthogonal and as long as AdamW's; what learns has one optimiser."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from slmapps.training.optimisers import Muon, optimisers_for, orthogonal
from tests.training.tiny import llama


@pytest.mark.parametrize("shape", [(3, 16, 16), (2, 8, 40), (2, 40, 8)])
def test_singular_values_are_brought_near_to_one_and_directions_kept(shape):
    torch.manual_seed(0)
    matrices = torch.randn(shape)
    found = orthogonal(matrices)
    assert found.dtype == torch.float32
    values = torch.linalg.svdvals(found)
    assert values.max() < 1.3
    assert values.median() > 0.6
    u, _, v = torch.linalg.svd(matrices, full_matrices=False)
    inside = u.mT @ found @ v.mT
    off = inside - torch.diag_embed(inside.diagonal(dim1=-2, dim2=-1))
    assert off.abs().max() < 1e-3


def test_a_step_is_as_long_as_one_of_adamw():
    torch.manual_seed(0)
    weight = nn.Parameter(torch.zeros(24, 60))
    optimiser = Muon([weight], 0.1, weight_decay=0.0, adjust_lr_fn="match_rms_adamw")
    weight.grad = torch.randn(24, 60)
    optimiser.step()
    size = weight.detach().pow(2).mean().sqrt().item()
    wanted = 0.1 * 0.2 * math.sqrt(60) * math.sqrt(24 / (24 * 60))  # of orthogonal rows
    assert size == pytest.approx(wanted, rel=0.25)


def test_muon_moves_the_inner_matrices_and_adamw_all_else():
    model = llama()
    adamw, muon = optimisers_for(model, "muon", 1e-3, (0.9, 0.95), 0.1)
    names = {id(p): name for name, p in model.named_parameters()}
    inner = {names[id(p)] for group in muon.param_groups for p in group["params"]}
    outer = {names[id(p)] for group in adamw.param_groups for p in group["params"]}
    assert inner | outer == set(names.values())
    assert not inner & outer
    assert outer == {name for name in names.values() if "proj" not in name}
    decays = {names[id(p)]: g["weight_decay"] for g in adamw.param_groups for p in g["params"]}
    assert decays["model.embed_tokens.weight"] == 0.1
    assert decays["model.norm.weight"] == 0.0


def test_a_model_in_which_nothing_learns_is_refused():
    with pytest.raises(ValueError, match="Unfreeze"):
        optimisers_for(llama().requires_grad_(requires_grad=False), "adamw", 1e-3, (0.9, 0.95), 0)
