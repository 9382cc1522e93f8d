"""The decoder as an ONNX graph with a cache of keys and values, written node by node.

Design choices:

* Attention is one ``GroupQueryAttention`` node per layer: it rotates queries and keys, appends to
  the cache in place and takes a length for each row instead of a mask. Rows of unlike lengths
  need no padding rule: whatever stands behind a row's length is never looked at, and the next
  piece of that row overwrites it.
* Query, key and value are one product, and so are gate and up: a product's input is rounded to
  bytes first, and that is then done once for all of them.
* There are two ways to multiply in few bits. ``groups`` keeps codes with a scale for 32 inputs and
  is nearest to the weights. ``bytes`` has 7 bits with one scale for each output (AVX2 adds pairs of
  products in 16 bits, which 8 bits could overflow): as quick for one place, and two to three times
  as quick from a dozen places on.
* In ``bytes`` each place has a scale of its own, where the library's dynamic quantisation takes one
  for the whole batch: a text must not come out differently for the company it was written in.
* ``picked`` says of which places the head is wanted. A prompt of 200 pieces needs one row of
  logits, not 200; a score needs those of the text and not of its context.
* Weights lie in a file beside the graph, which the library maps into memory: a start neither
  copies them through protobuf nor holds them twice.
* The table of pieces is one tensor of bytes for gathering and the head's copy for multiplying: the
  kernel keeps the latter in an order of its own, so sharing them would save nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, TensorProto, helper

from slmapps.backbone.weights import WeightsMissing

__all__ = ["Decoder", "Grouped", "Matrix", "Products", "build", "expected", "shape_of"]

Floats = npt.NDArray[np.float32]
_ORT = "com.microsoft"
_TYPES = {
    np.dtype(np.float32): TensorProto.FLOAT,
    np.dtype(np.uint8): TensorProto.UINT8,
    np.dtype(np.int8): TensorProto.INT8,
    np.dtype(np.int64): TensorProto.INT64,
}


@dataclass(frozen=True)
class Decoder:
    """The measures of a Llama-class decoder.

    ``width`` of the hidden state, ``heads`` of ``head`` numbers each, of which ``shared`` have
    keys and values of their own; ``inner`` is the width between up and down.
    """

    layers: int
    width: int
    heads: int
    shared: int
    head: int
    inner: int
    pieces: int
    context: int
    epsilon: float
    theta: float
    tied: bool

    @property
    def parameters(self) -> int:
        """How many numbers the model consists of, a tied head counted once."""
        attention = self.width * self.head * (2 * self.heads + 2 * self.shared)
        layer = attention + 3 * self.width * self.inner + 2 * self.width
        tables = (1 if self.tied else 2) * self.pieces * self.width
        return self.layers * layer + tables + self.width


@dataclass(frozen=True)
class Grouped:
    """A matrix (outputs, inputs) in ``bits`` (4 or 8), in groups of ``group`` inputs.

    A weight is ``(code - middle) * scale`` where middle is 8 or 128. ``codes`` are uint8
    (outputs, inputs rounded up to whole groups, times bits / 8), two 4-bit codes to a byte with
    the even one low; ``scales`` are floating (outputs, groups) and may be negative.
    """

    bits: int
    group: int
    inputs: int
    codes: npt.NDArray[np.uint8]
    scales: npt.NDArray[np.floating[Any]]

    @staticmethod
    def of(matrix: Floats, bits: int, group: int = 32) -> Grouped:
        """A matrix (outputs, inputs) rounded to the nearest codes.

        The outermost weight of a group gets the code 0, which reaches one step further.
        """
        rows, inputs = matrix.shape
        blocks = np.pad(matrix, ((0, 0), (0, -inputs % group))).reshape(rows, -1, group)
        top = np.float32(1 << (bits - 1))
        low, high = blocks.min(axis=2), blocks.max(axis=2)
        scales = np.where(-low > high, low, high) / -top
        scales[scales == 0] = 1
        codes = np.rint(blocks * (1 / scales)[:, :, None])
        codes = np.clip(codes, -top, top - 1) + top
        flat: npt.NDArray[np.uint8] = codes.astype(np.uint8).reshape(rows, -1)
        if bits == 4:
            flat = flat[:, ::2] | (flat[:, 1::2] << np.uint8(4))
        return Grouped(bits, group, inputs, flat, scales)

    def full(self) -> Floats:
        """The matrix in fp32, (outputs, inputs)."""
        rows, groups = self.scales.shape
        if self.bits == 4:
            codes = np.empty((rows, self.codes.shape[1] * 2), np.uint8)
            codes[:, ::2] = self.codes & 15
            codes[:, 1::2] = self.codes >> 4
        else:
            codes = self.codes
        values = codes.reshape(rows, groups, self.group).astype(np.float32)
        values -= np.float32(1 << (self.bits - 1))
        values *= self.scales.astype(np.float32)[:, :, None]
        result: Floats = values.reshape(rows, -1)[:, : self.inputs]
        return result


Matrix = Floats | Grouped
"""(outputs, inputs), as in the safetensors of a model."""

Products = Literal["groups", "bytes", "full"]
"""How matrices are multiplied: by their 4- or 8-bit groups, in bytes, or in fp32."""

_TOP = 63.0  # of a weight in bytes
_PAGE = 4096


def shape_of(config: Mapping[str, Any]) -> Decoder:
    """Read the measures from a model's config.json.

    Raises:
        WeightsMissing: no Llama-class decoder, or one with parts that are not served here.
    """
    kind = config.get("model_type")
    if kind != "llama" or config.get("hidden_act", "silu") != "silu":
        raise WeightsMissing(
            f"This is a {kind!r} model; the writer serves Llama-class decoders with silu. Name a "
            "folder whose config.json says model_type llama."
        )
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    if rope.get("rope_type", rope.get("type", "default")) != "default":
        raise WeightsMissing(f"Rotary positions of the kind {rope} are not served; use default.")
    if config.get("attention_bias") or config.get("mlp_bias"):
        raise WeightsMissing("Decoders with biases are not served. Name one without.")
    try:
        width, heads = int(config["hidden_size"]), int(config["num_attention_heads"])
        return Decoder(
            layers=int(config["num_hidden_layers"]),
            width=width,
            heads=heads,
            shared=int(config.get("num_key_value_heads") or heads),
            head=int(config.get("head_dim") or width // heads),
            inner=int(config["intermediate_size"]),
            pieces=int(config["vocab_size"]),
            context=int(config.get("max_position_embeddings", 2048)),
            epsilon=float(config.get("rms_norm_eps", 1e-6)),
            theta=float(rope.get("rope_theta") or config.get("rope_theta") or 10000.0),
            tied=bool(config.get("tie_word_embeddings", False)),
        )
    except KeyError as error:
        raise WeightsMissing(f"config.json lacks {error}. Save the model anew.") from error


def expected(decoder: Decoder) -> dict[str, tuple[int, ...]]:
    """Every weight's name and shape, as in the safetensors of a model."""
    width, heard = decoder.width, decoder.heads * decoder.head
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (decoder.pieces, width)}
    for layer in range(decoder.layers):
        path = f"model.layers.{layer}"
        shapes |= {
            f"{path}.input_layernorm.weight": (width,),
            f"{path}.self_attn.q_proj.weight": (heard, width),
            f"{path}.self_attn.k_proj.weight": (decoder.shared * decoder.head, width),
            f"{path}.self_attn.v_proj.weight": (decoder.shared * decoder.head, width),
            f"{path}.self_attn.o_proj.weight": (width, heard),
            f"{path}.post_attention_layernorm.weight": (width,),
            f"{path}.mlp.gate_proj.weight": (decoder.inner, width),
            f"{path}.mlp.up_proj.weight": (decoder.inner, width),
            f"{path}.mlp.down_proj.weight": (width, decoder.inner),
        }
    shapes["model.norm.weight"] = (width,)
    if not decoder.tied:
        shapes["lm_head.weight"] = (decoder.pieces, width)
    return shapes


@dataclass
class _Sheet:
    """Nodes so far, and the weights that they ask for."""

    products: Products
    location: str
    nodes: list[Any] = field(default_factory=list)
    declared: list[Any] = field(default_factory=list)
    weights: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    size: int = 0

    def weight(self, name: str, value: npt.NDArray[Any]) -> str:
        if name not in self.weights:
            array = np.ascontiguousarray(value)
            self.weights[name] = array
            tensor = TensorProto(name=name, data_type=_TYPES[array.dtype], dims=array.shape)
            tensor.data_location = TensorProto.EXTERNAL
            for key, value_ in (
                ("location", self.location),
                ("offset", self.size),
                ("length", array.nbytes),
            ):
                tensor.external_data.add(key=key, value=str(value_))
            self.declared.append(tensor)
            self.size += array.nbytes + -array.nbytes % _PAGE
        return name

    def constant(self, name: str, value: npt.NDArray[np.int64]) -> str:
        if all(tensor.name != name for tensor in self.declared):
            dims = list(value.shape)
            self.declared.append(
                helper.make_tensor(name, TensorProto.INT64, dims, value.ravel().tolist())
            )
        return name

    def node(
        self, op: str, inputs: list[str], outputs: str | list[str], domain: str = "", **more: Any
    ) -> str:
        names = [outputs] if isinstance(outputs, str) else outputs
        self.nodes.append(helper.make_node(op, inputs, names, names[0], domain=domain, **more))
        return names[0]

    def product(self, name: str, value: str, parts: list[Matrix]) -> str:
        """``value`` (…, inputs) times the matrices, their outputs side by side."""
        grouped = [part for part in parts if isinstance(part, Grouped)]
        if self.products == "groups" and len(grouped) == len(parts):
            return self._by_groups(name, value, grouped)
        full = np.concatenate([p.full() if isinstance(p, Grouped) else p for p in parts])
        if self.products == "full":
            return self.node("MatMul", [value, self.weight(f"{name}.w", full.T)], name)
        return self._in_bytes(name, value, full)

    def _by_groups(self, name: str, value: str, parts: list[Grouped]) -> str:
        first = parts[0]
        scales = np.concatenate([part.scales for part in parts]).astype(np.float32)
        rows, groups = scales.shape
        codes = np.concatenate([part.codes for part in parts]).reshape(rows, groups, -1)
        inputs = [value, self.weight(f"{name}.codes", codes), self.weight(f"{name}.scales", scales)]
        return self.node(
            "MatMulNBits",
            inputs,
            name,
            _ORT,
            K=first.inputs,
            N=rows,
            bits=first.bits,
            block_size=first.group,
            accuracy_level=4,  # inputs in bytes; in fp32 it runs an order slower
        )

    def _in_bytes(self, name: str, value: str, full: Floats) -> str:
        """The product in bytes; a place of nothing but zeros gives zeros: its reach multiplies."""
        steps = np.maximum(np.abs(full).max(axis=1) / _TOP, 1e-12).astype(np.float32)
        codes = np.rint(full / steps[:, None]).astype(np.int8)
        unit = self.weight("unit", np.array(1 / 127, np.float32))
        middle = self.weight("byte.middle", np.array(128, np.uint8))
        last = self.constant("last", np.array([-1], np.int64))
        self.node("Abs", [value], f"{name}.abs")
        reach = self.node("ReduceMax", [f"{name}.abs", last], f"{name}.reach", keepdims=1)
        self.node("Div", [value, reach], f"{name}.even")
        self.node("QuantizeLinear", [f"{name}.even", unit, middle], f"{name}.bytes")
        matrix, columns = self.weight(f"{name}.w", codes.T), self.weight(f"{name}.steps", steps)
        inputs = [f"{name}.bytes", matrix, unit, columns, middle]
        self.node("MatMulIntegerToFloat", inputs, f"{name}.raw", _ORT)
        return self.node("Mul", [f"{name}.raw", reach], name)


def build(
    decoder: Decoder, weights: Mapping[str, Matrix], products: Products, location: str
) -> tuple[bytes, Iterator[npt.NDArray[np.uint8]]]:
    """Write the graph of a decoder.

    Inputs: ``ids`` (rows, pieces) int64; ``lengths`` (rows,) int32, the row's pieces in the cache
    plus the pieces of this run, less one; ``total`` () int32, the greatest of lengths plus one;
    ``picked`` (places,) int64 into the flattened rows × pieces; ``past.<layer>.key`` and
    ``.value`` (rows, shared heads, places in the cache, head) fp32. Outputs: ``logits``
    (places, vocabulary) and ``present.<layer>.key`` and ``.value``.

    Args:
        decoder: the measures.
        weights: by the names in a model's safetensors.
        products: how to multiply.
        location: name of the file of weights, beside the graph.

    Returns:
        The serialised graph, and the bytes of the file that it names, part after part.
    """
    sheet = _Sheet(products, location)
    state = _looked_up(sheet, decoder, weights["model.embed_tokens.weight"])
    cos, sin = _turns(decoder)
    rotation = [sheet.weight("cos", cos), sheet.weight("sin", sin)]
    for layer in range(decoder.layers):
        path = f"model.layers.{layer}"

        def held(*parts: str, path: str = path) -> list[Matrix]:
            return [weights[f"{path}.{part}_proj.weight"] for part in parts]

        normed = _normed(sheet, decoder, weights, state, f"{path}.input_layernorm")
        names = ("self_attn.q", "self_attn.k", "self_attn.v")
        asked = sheet.product(f"{layer}.asked", normed, held(*names))
        past = [f"past.{layer}.key", f"past.{layer}.value"]
        sheet.node(
            "GroupQueryAttention",
            [asked, "", "", *past, "lengths", "total", *rotation],
            [f"{layer}.heard", f"present.{layer}.key", f"present.{layer}.value"],
            _ORT,
            num_heads=decoder.heads,
            kv_num_heads=decoder.shared,
            do_rotary=1,
        )
        mixed = sheet.product(f"{layer}.mixed", f"{layer}.heard", held("self_attn.o"))
        state = sheet.node("Add", [state, mixed], f"{layer}.between")
        normed = _normed(sheet, decoder, weights, state, f"{path}.post_attention_layernorm")
        wide = sheet.product(f"{layer}.wide", normed, held("mlp.gate", "mlp.up"))
        sheet.node("Split", [wide], [f"{layer}.gate", f"{layer}.up"], axis=-1, num_outputs=2)
        sheet.node("QuickGelu", [f"{layer}.gate"], f"{layer}.open", _ORT, alpha=1.0)
        sheet.node("Mul", [f"{layer}.open", f"{layer}.up"], f"{layer}.inner")
        narrow = sheet.product(f"{layer}.narrow", f"{layer}.inner", held("mlp.down"))
        state = sheet.node("Add", [state, narrow], f"{layer}.after")
    flat = sheet.constant("flat", np.array([-1, decoder.width], np.int64))
    rows = sheet.node("Reshape", [state, flat], "places")
    few = sheet.node("Gather", [rows, "picked"], "few", axis=0)
    last = _normed(sheet, decoder, weights, few, "model.norm")
    name = "model.embed_tokens.weight" if decoder.tied else "lm_head.weight"
    sheet.node("Identity", [sheet.product("head", last, [weights[name]])], "logits")
    return _serialised(sheet, decoder), _laid_out(sheet)


def _laid_out(sheet: _Sheet) -> Iterator[npt.NDArray[np.uint8]]:
    """Every weight, from the next whole page on; each is let go of once it is handed out."""
    for name in list(sheet.weights):
        array = sheet.weights.pop(name)
        yield array.reshape(-1).view(np.uint8)
        yield np.zeros(-array.nbytes % _PAGE, np.uint8)


def _looked_up(sheet: _Sheet, decoder: Decoder, table: Matrix) -> str:
    """The rows of the table of pieces, (rows, pieces, width) fp32."""
    if not isinstance(table, Grouped):
        return sheet.node("Gather", [sheet.weight("table", table), "ids"], "state")
    if table.bits != 8 or table.inputs % table.group:
        return sheet.node("Gather", [sheet.weight("table", table.full()), "ids"], "state")
    groups = decoder.width // table.group
    codes = table.codes.reshape(-1, groups, table.group)
    scales = table.scales.astype(np.float32).reshape(-1, groups, 1)
    sheet.node("Gather", [sheet.weight("table.codes", codes), "ids"], "state.codes")
    sheet.node("Cast", ["state.codes"], "state.cast", to=TensorProto.FLOAT)
    middle = sheet.weight("middle", np.array(128, np.float32))
    sheet.node("Sub", ["state.cast", middle], "state.signed")
    sheet.node("Gather", [sheet.weight("table.scales", scales), "ids"], "state.scales")
    sheet.node("Mul", ["state.signed", "state.scales"], "state.scaled")
    whole = sheet.constant("whole", np.array([0, 0, decoder.width], np.int64))
    return sheet.node("Reshape", ["state.scaled", whole], "state")


def _normed(
    sheet: _Sheet, decoder: Decoder, weights: Mapping[str, Matrix], value: str, path: str
) -> str:
    gain = weights[f"{path}.weight"]
    assert isinstance(gain, np.ndarray)
    inputs = [value, sheet.weight(f"{path}.gain", gain.astype(np.float32))]
    return sheet.node(
        "SimplifiedLayerNormalization", inputs, path, axis=-1, epsilon=decoder.epsilon
    )


def _turns(decoder: Decoder) -> tuple[Floats, Floats]:
    """Cosines and sines of the rotary positions, (context, head / 2) each."""
    half = np.arange(0, decoder.head, 2) / decoder.head
    speeds = np.exp(-half * math.log(decoder.theta))
    angles = np.arange(decoder.context)[:, None] * speeds
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def _serialised(sheet: _Sheet, decoder: Decoder) -> bytes:
    info = helper.make_tensor_value_info
    inputs = [
        info("ids", TensorProto.INT64, ["rows", "pieces"]),
        info("lengths", TensorProto.INT32, ["rows"]),
        info("total", TensorProto.INT32, []),
        info("picked", TensorProto.INT64, ["places"]),
    ]
    outputs = [info("logits", TensorProto.FLOAT, ["places", decoder.pieces])]
    for layer in range(decoder.layers):
        for part in ("key", "value"):
            for kind, room, group in (("past", "held", inputs), ("present", "grown", outputs)):
                dims: list[str | int | None] = ["rows", decoder.shared, room, decoder.head]
                group.append(info(f"{kind}.{layer}.{part}", TensorProto.FLOAT, dims))
    graph = helper.make_graph(sheet.nodes, "decoder", inputs, outputs, sheet.declared)
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid(_ORT, 1)]
    model: ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    data: bytes = model.SerializeToString()
    return data
