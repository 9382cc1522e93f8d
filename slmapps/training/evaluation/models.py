"""A language model as a measurement sees it: what the next pieces cost, and what it writes.

Design choices:

* The same figures are taken through two doors: ``transformers`` for any folder of weights, and the
  backbone's own serving, which is what a user gets and needs no torch. In fp32 both agree.
* Rows of one batch are padded on the right. A causal model never looks there, so that no mask is
  needed and the padding changes nothing.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["LanguageModel", "Unusable", "load"]

Precision = Literal["int4", "int8", "fp32"]
END = "<|endoftext|>"
_ROWS = 128  # places whose exponentials are held in memory together
_CURE = (
    "Name a folder with config.json, tokenizer.json and *.safetensors (as `slmapps pretrain` and "
    "`save_pretrained` write it), or the word `writer`."
)


class Unusable(ValueError):  # noqa: N818  the text says what it is that cannot be used
    """A model that cannot be measured; the text says why, and the cure."""


class LanguageModel(Protocol):
    """A causal model with its tokenizer.

    ``context`` is the longest row it can read; ``end`` the piece that stands before a document.
    """

    name: str
    parameters: int
    context: int
    end: int

    def encode(self, text: str) -> list[int]:
        """The pieces of ``text``, with nothing added."""
        ...

    def decode(self, pieces: Sequence[int]) -> str:
        """The text of ``pieces``."""
        ...

    def nats(
        self, inputs: npt.NDArray[np.int64], targets: npt.NDArray[np.int64], first: int = 0
    ) -> npt.NDArray[np.float64]:
        """What each target costs: -ln p(target | the row up to its input).

        ``inputs`` and ``targets`` are (b, n); the answer is (b, n - first), for the places from
        ``first`` on.
        """
        ...

    def continuations(self, prompts: Sequence[str], *, tokens: int, seed: int) -> list[str]:
        """What the model writes after each prompt at its default settings, the prompt left out.

        Row k is drawn with ``seed + k``, so that a sample can be drawn again alone. ``tokens`` is
        the most that is written; the end piece ends a row earlier.
        """
        ...


def load(spec: str | Path, *, precision: Precision | None = None) -> LanguageModel:
    """Load a model to measure.

    Args:
        spec: a folder of weights, or the word ``writer`` for the one that is shipped.
        precision: serve the model in this precision; None for the shipped writer as it is
            shipped, and for a folder fp32 (through ``transformers`` where that is installed).

    Raises:
        Unusable: nothing there, or not a causal model with its tokenizer.
    """
    if str(spec) == "writer":
        return _served(spec, precision)
    folder = Path(spec).expanduser()
    if not folder.is_dir():
        raise Unusable(f"There is no folder {str(folder)!r}. {_CURE}")
    lacking = [name for name in ("config.json", "tokenizer.json") if not (folder / name).is_file()]
    if not any(folder.glob("*.safetensors")):
        lacking.append("*.safetensors")
    if lacking:
        raise Unusable(f"{folder} lacks {', '.join(lacking)}. {_CURE}")
    if precision is None and _installed("transformers") and _installed("torch"):
        return _Torch(folder)
    return _served(folder, precision or "fp32")


def _installed(module: str) -> bool:
    return find_spec(module) is not None


def _served(spec: str | Path, precision: Precision | None) -> LanguageModel:
    from slmapps.backbone.writer import load_writer

    return _Served(load_writer(spec, precision=precision), str(spec))


def _end_of(tokenizer: Any, config: dict[str, Any]) -> int:
    for found in (
        tokenizer.token_to_id(END),
        config.get("bos_token_id"),
        config.get("eos_token_id"),
        tokenizer.token_to_id("[SEP]"),
    ):
        if isinstance(found, int):
            return found
    raise Unusable(
        f"The tokenizer has no piece {END} and the configuration names no other that begins a "
        f"text. Add one to tokenizer.json."
    )


class _Torch:
    """A folder of weights in fp32 through ``transformers``."""

    def __init__(self, folder: Path) -> None:
        import torch
        from tokenizers import Tokenizer

        transformers: Any = import_module("transformers")  # its types say too little to check by
        transformers.utils.logging.disable_progress_bar()
        transformers.utils.logging.set_verbosity_error()  # no warning of it bears on a figure
        self.name = str(folder)
        try:
            self._model = transformers.AutoModelForCausalLM.from_pretrained(
                folder, dtype=torch.float32, local_files_only=True
            )
            self._model.eval()
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # transformers, safetensors and tokenizers each raise their own
            first = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
            raise Unusable(
                f"{folder} does not load as a causal model ({first}). {_CURE}"
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        config = json.loads((folder / "config.json").read_text("utf-8"))
        self.end = _end_of(self._tokenizer, config)
        self.context = int(config.get("max_position_embeddings") or 2048)
        self.parameters = sum(each.numel() for each in self._model.parameters())
        largest, rows = self._tokenizer.get_vocab_size(), self._model.get_input_embeddings()
        if largest > rows.num_embeddings:
            raise Unusable(
                f"{folder}: the tokenizer has {largest} pieces, the model {rows.num_embeddings}. "
                "They belong to different models; put the right tokenizer.json there."
            )
        self._keeps = "logits_to_keep" in inspect.signature(self._model.forward).parameters

    def encode(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def decode(self, pieces: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(list(pieces), skip_special_tokens=False)
        return text

    def nats(
        self, inputs: npt.NDArray[np.int64], targets: npt.NDArray[np.int64], first: int = 0
    ) -> npt.NDArray[np.float64]:
        import torch

        kept = {"logits_to_keep": inputs.shape[1] - first} if self._keeps else {}
        with torch.inference_mode():
            logits = self._model(
                input_ids=torch.from_numpy(inputs), use_cache=False, **kept
            ).logits[:, -(inputs.shape[1] - first) :]
            wanted = torch.from_numpy(np.ascontiguousarray(targets[:, first:]))
            costs = torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), wanted.flatten(), reduction="none"
            )
        found: npt.NDArray[np.float64] = costs.view(wanted.shape).double().numpy()
        return found

    def continuations(self, prompts: Sequence[str], *, tokens: int, seed: int) -> list[str]:
        import torch

        from slmapps.backbone.decoding import Sampling

        bold = Sampling()  # the settings at which the backbone serves
        texts = []
        for number, prompt in enumerate(prompts):
            torch.manual_seed(seed + number)
            ids = [self.end, *self.encode(prompt)][-(self.context - tokens) :]
            with torch.inference_mode():
                row = self._model.generate(
                    torch.tensor([ids]),
                    attention_mask=torch.ones(1, len(ids), dtype=torch.long),
                    max_new_tokens=tokens,
                    do_sample=True,
                    temperature=bold.temperature,
                    top_p=bold.top_p,
                    min_p=bold.min_p,
                    top_k=0,
                    eos_token_id=self.end,
                    pad_token_id=self.end,
                )[0, len(ids) :].tolist()
            texts.append(self.decode(row[: row.index(self.end)] if self.end in row else row))
        return texts


class _Served:
    """A model as the backbone serves it; see :func:`slmapps.backbone.load_writer`."""

    def __init__(self, writer: Any, name: str) -> None:
        self._writer = writer
        self.name = name
        self.context = int(writer.context)
        self.parameters = int(writer.parameters)
        self.end = _end_of(writer.tokenizer, {})

    def encode(self, text: str) -> list[int]:
        ids: list[int] = self._writer.tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def decode(self, pieces: Sequence[int]) -> str:
        text: str = self._writer.tokenizer.decode(list(pieces), skip_special_tokens=False)
        return text

    def nats(
        self, inputs: npt.NDArray[np.int64], targets: npt.NDArray[np.int64], first: int = 0
    ) -> npt.NDArray[np.float64]:
        logits = self._writer.logits(inputs)[:, first:]
        costs = np.empty(logits.shape[:2])
        for row, wanted, cost in zip(logits, targets[:, first:], costs, strict=True):
            for start in range(0, len(row), _ROWS):
                part = row[start : start + _ROWS]
                most = part.max(-1, keepdims=True)
                totals = np.log(np.exp(part - most).sum(-1, dtype=np.float64)) + most[:, 0]
                chosen = part[np.arange(len(part)), wanted[start : start + _ROWS]]
                cost[start : start + _ROWS] = totals - chosen
        return costs

    def continuations(self, prompts: Sequence[str], *, tokens: int, seed: int) -> list[str]:
        found = self._writer.generate(list(prompts), max_tokens=tokens, seed=seed)
        return [str(each.text) for each in found]
