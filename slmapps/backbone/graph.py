"""The encoder as an ONNX graph, written node by node from the safetensors.

Design choices:

* No torch and no exporter: a BERT encoder is a dozen kinds of node, and writing them here lets each
  be the one that ONNX Runtime's CPU kernels run best.
* Attention is one fused node that takes sequence lengths instead of a mask. LayerNormalization and
  the residual sum stay apart: the fused SkipLayerNormalization runs an order slower on CPUs.
* Activations are quantised with fixed scales (see ``quantise``), so that a text's vector does not
  depend on the texts that happen to share its batch, as it would with dynamic quantisation.
* In int8 the gelu is its tanh form, which is off by less than the quantisation and half the price.
* Word embeddings are kept in fp16, which halves the file and changes no cosine that we can measure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from slmapps.backbone.weights import Encoder

__all__ = ["Quantised", "Tensors", "build", "matrices"]

Floats = npt.NDArray[np.float32]
Tensors = Mapping[str, Floats]
_ORT = "com.microsoft"


@dataclass(frozen=True)
class Quantised:
    """One weight matrix in 8 bits, with what its input needs.

    ``smoothing`` (inputs,) multiplies the input; ``scale`` and ``zero`` quantise it to uint8;
    ``matrix`` (inputs, outputs) is int8 with one of ``steps`` (outputs,) for each column. The
    inputs at ``exact`` (few,) are left out of all that and go through the fp32 matrix.
    """

    smoothing: Floats
    scale: np.float32
    zero: np.uint8
    matrix: npt.NDArray[np.int8]
    steps: Floats
    exact: npt.NDArray[np.int64]


@dataclass
class _Writer:
    nodes: list[Any] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)

    def constant(self, name: str, value: npt.NDArray[Any] | np.generic) -> str:
        if name not in self.constants:
            array = np.ascontiguousarray(value).reshape(np.shape(value))
            self.constants[name] = numpy_helper.from_array(array, name)
        return name

    def node(self, op: str, inputs: list[str], output: str, domain: str = "", **more: Any) -> str:
        self.nodes.append(
            helper.make_node(op, inputs, [output], name=output, domain=domain, **more)
        )
        return output


def matrices(tensors: Tensors, encoder: Encoder) -> dict[str, tuple[Floats, Floats]]:
    """The encoder's matrices, ``name → ((inputs, outputs), bias (outputs,))``, in running order."""
    found: dict[str, tuple[Floats, Floats]] = {}
    for layer in range(encoder.layers):
        path = f"encoder.layer.{layer}"
        parts = [f"{path}.attention.self.{part}" for part in ("query", "key", "value")]
        found[f"{layer}.attention"] = (
            np.concatenate([tensors[f"{part}.weight"].T for part in parts], axis=1),
            np.concatenate([tensors[f"{part}.bias"] for part in parts]),
        )
        for name, part in (
            ("mixing", "attention.output.dense"),
            ("widening", "intermediate.dense"),
            ("narrowing", "output.dense"),
        ):
            found[f"{layer}.{name}"] = (
                tensors[f"{path}.{part}.weight"].T,
                tensors[f"{path}.{part}.bias"],
            )
    return found


def build(
    tensors: Tensors,
    encoder: Encoder,
    plan: Mapping[str, Quantised] | None = None,
    *,
    probe: bool = False,
) -> bytes:
    """Write the graph: ``ids`` (texts, tokens) int32, ``lengths`` (texts,) int32 → ``hidden``.

    Args:
        tensors: the encoder's weights, fp32, under their BERT names.
        encoder: its shape.
        plan: quantised matrices by the names of :func:`matrices`; None keeps fp32.
        probe: give every matrix's input out as well, under ``<name>.input``.

    Returns:
        A serialised ModelProto; ``hidden`` is (texts, tokens, dimension) fp32.
    """
    w = _Writer()
    state = _embedded(w, tensors, encoder)
    weights = matrices(tensors, encoder)
    probes: list[str] = []

    def product(name: str, value: str) -> str:
        matrix, offset = weights[name]
        if probe:
            probes.append(w.node("Identity", [value], f"{name}.input"))
        if plan is None or name not in plan:
            y = w.node("MatMul", [value, w.constant(f"{name}.w", matrix)], f"{name}.product")
            return w.node("Add", [y, w.constant(f"{name}.b", offset)], f"{name}.sum")
        inputs = [*_quantised(w, name, value, plan[name]), w.constant(f"{name}.b", offset)]
        y = w.node("MatMulIntegerToFloat", inputs, f"{name}.product", _ORT)
        exact = plan[name].exact
        if not len(exact):
            return y
        few = [value, w.constant(f"{name}.exact", exact)]
        taken = w.node("Gather", few, f"{name}.few", axis=-1)
        rows = w.constant(f"{name}.rows", matrix[exact])
        return w.node("Add", [y, w.node("MatMul", [taken, rows], f"{name}.part")], f"{name}.sum")

    def attended(name: str, value: str) -> str:
        matrix, offset = weights[name]
        if probe:
            probes.append(w.node("Identity", [value], f"{name}.input"))
        bias = w.constant(f"{name}.b", offset)
        out = f"{name}.out"
        if plan is None or name not in plan:
            inputs = [value, w.constant(f"{name}.w", matrix), bias, "lengths"]
            return w.node("Attention", inputs, out, _ORT, num_heads=encoder.heads)
        x, m, scale, steps, zero, zeros = _quantised(w, name, value, plan[name])
        inputs = [x, m, bias, scale, steps, "lengths", zero, zeros]
        return w.node("QAttention", inputs, out, _ORT, num_heads=encoder.heads)

    for layer in range(encoder.layers):
        path = f"encoder.layer.{layer}"
        mixed = product(f"{layer}.mixing", attended(f"{layer}.attention", state))
        state = _normed(w, tensors, encoder, mixed, state, f"{path}.attention.output.LayerNorm")
        wide = product(f"{layer}.widening", state)
        bent = w.node("Gelu", [wide], f"{layer}.gelu", approximate="tanh" if plan else "none")
        narrow = product(f"{layer}.narrowing", bent)
        state = _normed(w, tensors, encoder, narrow, state, f"{path}.output.LayerNorm")
    w.node("Identity", [state], "hidden")
    return _model(w, probes)


def _embedded(w: _Writer, tensors: Tensors, encoder: Encoder) -> str:
    kind = tensors["embeddings.token_type_embeddings.weight"][0]
    words = (tensors["embeddings.word_embeddings.weight"] + kind).astype(np.float16)
    places = tensors["embeddings.position_embeddings.weight"][: encoder.max_length]
    w.node("Gather", [w.constant("words", words), "ids"], "words.half")
    w.node("Cast", ["words.half"], "words.full", to=TensorProto.FLOAT)
    w.node("Shape", ["ids"], "tokens", start=1, end=2)
    zero = w.constant("zero", np.array([0], np.int64))
    w.node("Slice", [w.constant("places", places), zero, "tokens", zero], "places.cut")
    return _normed(w, tensors, encoder, "words.full", "places.cut", "embeddings.LayerNorm")


def _normed(
    w: _Writer, tensors: Tensors, encoder: Encoder, value: str, residual: str, path: str
) -> str:
    total = w.node("Add", [value, residual], f"{path}.sum")
    gain = w.constant(f"{path}.weight", tensors[f"{path}.weight"])
    bias = w.constant(f"{path}.bias", tensors[f"{path}.bias"])
    return w.node("LayerNormalization", [total, gain, bias], path, axis=-1, epsilon=encoder.epsilon)


def _quantised(w: _Writer, name: str, value: str, q: Quantised) -> list[str]:
    smooth = w.node("Mul", [value, w.constant(f"{name}.smoothing", q.smoothing)], f"{name}.smooth")
    scale = w.constant(f"{name}.scale", q.scale)
    zero = w.constant(f"{name}.zero", q.zero)
    return [
        w.node("QuantizeLinear", [smooth, scale, zero], f"{name}.byte"),
        w.constant(f"{name}.w", q.matrix),
        scale,
        w.constant(f"{name}.steps", q.steps),
        zero,
        w.constant(f"{name}.zeros", np.zeros_like(q.matrix[0])),
    ]


def _model(w: _Writer, probes: list[str]) -> bytes:
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT32, ["texts", "tokens"]),
        helper.make_tensor_value_info("lengths", TensorProto.INT32, ["texts"]),
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ["hidden", *probes]
    ]
    graph = helper.make_graph(w.nodes, "encoder", inputs, outputs, list(w.constants.values()))
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid(_ORT, 1)]
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    data: bytes = model.SerializeToString()
    return data
