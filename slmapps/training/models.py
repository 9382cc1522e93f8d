"""What a training starts from: random weights of a size, the writer, the reader, or any folder.

Design choices:

* Only stock `transformers` classes, so that what was trained here loads anywhere.
* The causal models are Llama-class: deep and narrow, which serves small models best (Liu et al.
  2024, MobileLLM), with shared key-value heads and the head tied to the embedding.
* The reader turned into a writer is BERT with a causal mask (`is_decoder`). Its own word pieces
  know no capitals and no blanks, so that no text could be had back from them: it gets a byte-level
  vocabulary of the corpus, each piece with the mean of the vectors of what the old vocabulary
  makes of it (Gee et al. 2022, "Fast Vocabulary Transfer").
* A masked model is ModernBERT-class (Warner et al. 2024).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import nn

from slmapps.training.objectives import Objective
from slmapps.training.vocabulary import END, train_bpe

if TYPE_CHECKING:
    from slmapps.training.corpus import Corpus

__all__ = ["MASK", "SIZES", "Shape", "Start", "find_start"]

MASK = "<|mask|>"
_LONGEST = 1024  # positions of a model that starts from random
_READER_PIECES = 16_384
_SEEN = 20_000_000  # characters that a vocabulary is learnt from


@dataclass(frozen=True)
class Shape:
    """The measures of a decoder from random; each of its ``heads`` is 64 wide.

    ``shared`` is how many keys and values the heads share among them.
    """

    pieces: int
    width: int
    layers: int
    inner: int
    heads: int
    shared: int


SIZES = {
    "1M": Shape(2048, 128, 4, 352, 2, 1),
    "3M": Shape(4096, 192, 6, 512, 3, 1),
    "6M": Shape(6144, 256, 6, 704, 4, 2),
    "10M": Shape(8192, 320, 7, 864, 5, 1),
    "16M": Shape(8192, 384, 8, 1024, 6, 2),
    "30M": Shape(12288, 448, 12, 1216, 7, 1),
    "60M": Shape(16384, 512, 18, 1408, 8, 2),
    "100M": Shape(20480, 576, 30, 1184, 9, 3),
}


@dataclass(frozen=True)
class Start:
    """A model to train, its tokenizer (JSON), and where both come from.

    ``end`` is the piece in front of each document, ``mask`` the one that hides a piece, or None.
    """

    model: Any
    tokenizer: str
    parents: tuple[str, ...]
    end: int
    mask: int | None

    @property
    def parameters(self) -> int:
        """Each weight counted once, a tied one too."""
        return sum(weight.numel() for weight in self.model.parameters())


def find_start(
    spec: str,
    *,
    size: str = "10M",
    objective: Objective = "causal",
    corpus: Corpus | None = None,
    tokenizer: str | None = None,
    seed: int = 0,
) -> Start:
    """The model that ``spec`` names, in fp32 on the CPU.

    Args:
        spec: ``random``, ``writer``, ``base`` (what the writer was cut from), ``reader``, or a
            folder that `transformers` loads.
        size: for ``random``: one of ``SIZES``.
        objective: ``masked`` from random makes an encoder, all others a decoder.
        corpus: what a vocabulary is learnt from where none is given.
        tokenizer: a vocabulary (JSON) for ``random`` and ``reader``, instead of one that is learnt.
        seed: of the random weights.

    Raises:
        ValueError: no such size or folder, or an objective that the model cannot be trained on.
    """
    if spec == "random":
        return _random(size, objective, corpus, tokenizer, seed)
    if objective == "masked" and spec in ("base", "reader", "writer"):
        raise ValueError(
            f"{spec!r} is trained to go on from what was written: --objective causal or hybrid. "
            "A masked model starts from random or from a masked model's folder."
        )
    if spec == "reader":
        return _reader(objective, corpus, tokenizer, seed)
    if spec in ("writer", "base"):
        return _writer() if spec == "writer" else _base()
    return _folder(Path(spec).expanduser(), objective)


def _classes() -> Any:
    """The library of the models, quiet: what it warns of here is meant to be so."""
    library: Any = import_module("transformers")
    library.utils.logging.set_verbosity_error()
    library.utils.logging.disable_progress_bar()
    return library


def _random(
    size: str, objective: Objective, corpus: Corpus | None, tokenizer: str | None, seed: int
) -> Start:
    if size not in SIZES:
        raise ValueError(f"There is no size {size!r}: {', '.join(SIZES)}.")
    shape = SIZES[size]
    tokenizer = tokenizer or _learnt(corpus, shape.pieces, objective)
    encoder = Tokenizer.from_str(tokenizer)
    torch.manual_seed(seed)
    end, mask = _id(encoder, END), encoder.token_to_id(MASK)
    marks = {"bos_token_id": end, "eos_token_id": end, "pad_token_id": end}
    pieces = encoder.get_vocab_size()
    classes = _classes()
    if objective == "masked":
        config = classes.ModernBertConfig(
            vocab_size=pieces,
            hidden_size=shape.width,
            intermediate_size=shape.inner,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            max_position_embeddings=_LONGEST,
            cls_token_id=end,
            sep_token_id=end,
            **marks,
        )
        model = classes.ModernBertForMaskedLM(config)
    else:
        config = classes.LlamaConfig(
            vocab_size=pieces,
            hidden_size=shape.width,
            intermediate_size=shape.inner,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            num_key_value_heads=shape.shared,
            head_dim=64,
            max_position_embeddings=_LONGEST,
            tie_word_embeddings=True,
            rms_norm_eps=1e-5,
            **marks,
        )
        model = classes.LlamaForCausalLM(config)
    return Start(model, tokenizer, (), end, mask)


def _id(tokenizer: Tokenizer, piece: str) -> int:
    found = tokenizer.token_to_id(piece)
    if found is None:
        raise ValueError(f"The tokenizer has no piece {piece}.")
    return int(found)


def _sample(corpus: Corpus) -> list[str]:
    """Training documents from all sources in turn, as many as a vocabulary needs."""
    share = _SEEN // len(corpus.sources)
    texts: list[str] = []
    for source in range(len(corpus.sources)):
        documents = corpus.training(source)
        total = sum(map(len, documents))
        stride = max(1, total // share)
        texts += documents[::stride]
    return texts


def _with_mask(tokenizer: str) -> str:
    encoder = Tokenizer.from_str(tokenizer)
    encoder.add_special_tokens([MASK])
    text: str = encoder.to_str()
    return text


def _reader(objective: Objective, corpus: Corpus | None, tokenizer: str | None, seed: int) -> Start:
    from slmapps.backbone.weights import MINILM_SHA256, find_weights

    folder = find_weights()
    classes = _classes()
    torch.manual_seed(seed)  # the head is new
    model = classes.BertLMHeadModel.from_pretrained(
        folder,
        is_decoder=True,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        dtype=torch.float32,
        local_files_only=True,
    )
    text = tokenizer or _learnt(corpus, _READER_PIECES, objective)
    _exchange(model, Tokenizer.from_file(str(folder / "tokenizer.json")), Tokenizer.from_str(text))
    parent = f"all-MiniLM-L6-v2 (Apache-2.0, sha256 {MINILM_SHA256[:12]})"
    return _started(model, text, parent)


@torch.no_grad()
def _exchange(model: Any, old: Tokenizer, new: Tokenizer) -> None:
    """Give ``model`` the vocabulary ``new``; its pieces begin as the mean of their ``old`` ones."""
    old.no_padding()
    old.no_truncation()
    vectors = model.get_input_embeddings().weight.detach().clone()
    count = new.get_vocab_size()
    begun = vectors[old.token_to_id("[UNK]")].repeat(count, 1)
    for number in range(count):
        text = new.decode([number], skip_special_tokens=False)
        inside = old.token_to_id(f"##{text.lower()}")
        found = old.encode(text.strip(), add_special_tokens=False).ids
        if text[:1].isalpha() and inside is not None:
            begun[number] = vectors[inside]
        elif found:
            begun[number] = vectors[found].mean(0)
    model.resize_token_embeddings(count, mean_resizing=False)
    model.get_input_embeddings().weight.copy_(begun)
    model.get_output_embeddings().bias.zero_()
    end = _id(new, END)
    for name in ("bos_token_id", "eos_token_id", "pad_token_id"):
        setattr(model.config, name, end)
    model.generation_config = _classes().GenerationConfig.from_model_config(model.config)


def _learnt(corpus: Corpus | None, pieces: int, objective: Objective) -> str:
    """A vocabulary of ``corpus``; with a mask where the objective hides pieces."""
    if corpus is None:
        raise ValueError("A vocabulary is learnt from a corpus: name one.")
    if objective == "causal":
        return train_bpe(_sample(corpus), pieces)
    return _with_mask(train_bpe(_sample(corpus), pieces - 1))


def _writer() -> Start:
    from slmapps.backbone import four_bit

    if not four_bit.is_packed(four_bit.SHIPPED):
        raise ValueError(
            "This copy of slmapps carries no writer: --from base, or a model's folder."
        )
    return _packed(four_bit.SHIPPED, "slmapps writer (Apache-2.0)")


def _packed(folder: Path, parent: str) -> Start:
    """A model from packed weights, made fp32 again."""
    from slmapps.backbone import four_bit

    classes = _classes()
    config = classes.LlamaConfig.from_json_file(str(folder / "config.json"))
    model = classes.LlamaForCausalLM(config)
    _fill(model, four_bit.unpack(folder))
    return _started(model, (folder / "tokenizer.json").read_text("utf-8"), parent)


def _base() -> Start:
    from slmapps.backbone.smollm import BASE_SHA256, find_base, read_base

    base = read_base(find_base())
    classes = _classes()
    model = classes.LlamaForCausalLM(classes.LlamaConfig(**base.config))
    _fill(model, base.weights)
    parent = f"SmolLM2-135M-Instruct (Apache-2.0, sha256 {BASE_SHA256[:12]})"
    return _started(model, base.tokenizer, parent)


def _fill(model: Any, weights: Mapping[str, npt.NDArray[np.float32]]) -> None:
    tensors = {name: torch.from_numpy(value) for name, value in weights.items()}
    model.load_state_dict(tensors, strict=False)  # the head is the embedding's
    model.tie_weights()


def _folder(folder: Path, objective: Objective) -> Start:
    lacking = [name for name in ("config.json", "tokenizer.json") if not (folder / name).is_file()]
    if lacking:
        raise ValueError(
            f"{folder} lacks {' and '.join(lacking)}. Name a model's folder, or `writer`, `base`, "
            "`reader` or `random`."
        )
    from slmapps.backbone.four_bit import is_packed

    if objective != "masked" and is_packed(folder):
        return _packed(folder, folder.name)
    classes = _classes()
    kind = classes.AutoModelForMaskedLM if objective == "masked" else classes.AutoModelForCausalLM
    try:
        model = kind.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    except Exception as error:  # transformers and safetensors each raise their own
        first = (str(error).strip().splitlines() or [repr(error)])[0]
        raise ValueError(f"{folder} does not load as a {objective} model: {first}") from error
    return _started(model, (folder / "tokenizer.json").read_text("utf-8"), str(folder.name))


def _started(model: nn.Module, tokenizer: str, parent: str) -> Start:
    encoder = Tokenizer.from_str(tokenizer)
    end = encoder.token_to_id(END)
    if end is None:
        end = encoder.token_to_id("[SEP]")
    if end is None:
        raise ValueError(f"The tokenizer of {parent} has no piece {END} that could part documents.")
    mask = next(
        (
            number
            for name in (MASK, "[MASK]", "<|im_end|>")  # the last: a piece that no text uses
            if (number := encoder.token_to_id(name)) is not None
        ),
        None,
    )
    return Start(model, tokenizer, (parent,), int(end), mask)
