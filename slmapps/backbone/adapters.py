"""Low-rank adapters (Hu et al. 2021, LoRA): a few hundred kilobytes that bend an encoder to a job.

Here an adapter is numbers: it is saved, checked against its encoder, and merged into the encoder's
weights for export, all without torch. ``tuning`` trains one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from slmapps.backbone.binding import Damaged, load_bound, save_bound

__all__ = ["Adapter"]

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Adapter:
    """For each adapted weight ``W`` (outputs, inputs): ``W + scale * up @ down``.

    ``downs`` and ``ups`` hold (rank, inputs) and (outputs, rank) under the weight's BERT name.
    ``backbone`` is the fingerprint of the encoder it was trained on.
    """

    backbone: str
    scale: float
    downs: Mapping[str, Floats]
    ups: Mapping[str, Floats]
    card: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def fingerprint(self) -> str:
        """Names the adapter's numbers, whatever folder they lie in."""
        digest = hashlib.sha256(repr(self.scale).encode())
        for name in sorted(self.downs):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(self.downs[name]).tobytes())
            digest.update(np.ascontiguousarray(self.ups[name]).tobytes())
        return digest.hexdigest()[:12]

    def merged(self, tensors: Mapping[str, Floats]) -> dict[str, Floats]:
        """The encoder's ``tensors`` with the adapter added in; they themselves stay as they are."""
        result = dict(tensors)
        for name, down in self.downs.items():
            if name not in result or result[name].shape != (len(self.ups[name]), down.shape[1]):
                raise Damaged(
                    f"the adapter changes {name!r}, which this encoder lacks or shapes otherwise. "
                    "Train it again for this encoder."
                )
            result[name] = result[name] + np.float32(self.scale) * (self.ups[name] @ down)
        return result

    def save(self, folder: Path) -> None:
        """Write ``adapter.safetensors`` and ``adapter.json`` into ``folder``."""
        arrays = {f"{name}|down": value for name, value in self.downs.items()}
        arrays |= {f"{name}|up": value for name, value in self.ups.items()}
        facts = {"kind": "lora", "scale": self.scale, "card": dict(self.card)}
        save_bound(folder, "adapter", arrays, facts, self.backbone)

    @classmethod
    def load(cls, folder: Path, fingerprint: str | None) -> Adapter:
        """Read what :meth:`save` wrote, for the encoder with this ``fingerprint``.

        Raises ``WrongBackbone`` for another encoder's adapter, ``Damaged`` for a broken one.
        """
        arrays, facts = load_bound(folder, "adapter", fingerprint)
        if facts.get("kind") != "lora":
            raise Damaged(f"{folder} holds no LoRA adapter but {facts.get('kind')!r}.")
        split: dict[str, dict[str, Floats]] = {"down": {}, "up": {}}
        for key, value in arrays.items():
            name, _, part = key.rpartition("|")
            split[part][name] = np.asarray(value, np.float32)
        return cls(
            backbone=facts["backbone"],
            scale=float(facts["scale"]),
            downs=split["down"],
            ups=split["up"],
            card=facts.get("card", {}),
        )
