"""Ways to serve the writer on a CPU without compiling anything, one against the other.

    python -m benchmarks.bench_serving FOLDER [--threads N] [--rounds N] [--engines A,B] [--json]

FOLDER is a Llama-class model as `transformers` saves it. Every engine runs in a process of its own,
so that its start and memory are its own, greedily and on the same word pieces: a prompt of 200
pieces (time to the first new one), then 60 new pieces behind a prompt of 20, alone and 16 at a
time. Best of the rounds by the clock, and the CPU time of a piece beside it, which other work on
the machine disturbs less. What is not installed is left out with a line that says so.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

NEW, ROWS = 60, 16
MASKS = {"ours": "yes", "torch": "yes", "genai": "yes, by logits in Python", "ctranslate2": "no"}
ENGINES = ("ours int8", "ours int4", "ours fp32", "ctranslate2 int8", "genai int4", "torch int8")

Generate = Callable[[list[list[int]], int], int]
"""Takes prompts of one length and the number of new pieces; gives the pieces it made."""


def pieces(folder: Path, count: int, seed: int) -> list[int]:
    """Ids at random from the middle of the vocabulary: no engine can stop early on them."""
    size = json.loads((folder / "config.json").read_text("utf-8"))["vocab_size"]
    chance = np.random.default_rng(seed)
    return [int(piece) for piece in chance.integers(size // 100, size // 2, count)]


def ours(folder: Path, precision: str, threads: int) -> Generate:
    from slmapps.backbone.writer import load_writer

    writer = load_writer(folder, threads=threads, precision=precision)

    def generate(prompts: list[list[int]], new: int) -> int:
        texts = [writer.tokenizer.decode(row) for row in prompts]
        found = writer.generate(texts, max_tokens=new, temperature=0.0)
        return sum(len(each.tokens) for each in found)

    return generate


def torch_int8(folder: Path, _precision: str, threads: int) -> Generate:
    import torch
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(threads)
    whole = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    model = torch.ao.quantization.quantize_dynamic(whole, {torch.nn.Linear}, dtype=torch.qint8)

    def generate(prompts: list[list[int]], new: int) -> int:
        with torch.inference_mode():
            ids = torch.tensor(prompts)
            made = model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                max_new_tokens=new,
                min_new_tokens=new,
                do_sample=False,
                pad_token_id=0,
            )
        return int((made.shape[1] - len(prompts[0])) * len(prompts))

    return generate


def ctranslate2_int8(folder: Path, precision: str, threads: int) -> Generate:
    import ctranslate2

    place = tempfile.mkdtemp(prefix="ctranslate2-")
    _ctranslate2_folder(folder, Path(place), precision)
    model = ctranslate2.Generator(
        place, device="cpu", compute_type=precision, intra_threads=threads
    )

    def generate(prompts: list[list[int]], new: int) -> int:
        made = model.generate_batch(
            [[str(piece) for piece in row] for row in prompts],
            max_length=new,
            min_length=new,
            sampling_topk=1,
            include_prompt_in_result=False,
        )
        return sum(len(each.sequences_ids[0]) for each in made)

    return generate


def _ctranslate2_folder(folder: Path, place: Path, precision: str) -> None:
    """Its converter needs torch; its specification takes arrays as well."""
    from ctranslate2.converters import utils
    from ctranslate2.specs import common_spec, transformer_spec
    from safetensors.numpy import load_file

    config = json.loads((folder / "config.json").read_text("utf-8"))
    weights = load_file(folder / "model.safetensors")
    spec = transformer_spec.TransformerDecoderModelSpec.from_config(
        config["num_hidden_layers"],
        config["num_attention_heads"],
        activation=common_spec.Activation.SWISH,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0,
        rotary_interleave=False,
        rotary_base=config["rope_parameters"]["rope_theta"],
        num_heads_kv=config["num_key_value_heads"],
    )
    decoder = spec.decoder
    decoder.scale_embeddings = False
    decoder.embeddings.weight = weights["model.embed_tokens.weight"]
    decoder.projection.weight = weights["model.embed_tokens.weight"]
    decoder.layer_norm.gamma = weights["model.norm.weight"]
    for number, layer in enumerate(decoder.layer):
        path = f"model.layers.{number}"
        parts = []
        for name in ("q", "k", "v"):
            parts.append(common_spec.LinearSpec())
            parts[-1].weight = weights[f"{path}.self_attn.{name}_proj.weight"]
        utils.fuse_linear(layer.self_attention.linear[0], parts)
        layer.self_attention.linear[1].weight = weights[f"{path}.self_attn.o_proj.weight"]
        layer.self_attention.layer_norm.gamma = weights[f"{path}.input_layernorm.weight"]
        layer.ffn.layer_norm.gamma = weights[f"{path}.post_attention_layernorm.weight"]
        layer.ffn.linear_0.weight = weights[f"{path}.mlp.gate_proj.weight"]
        layer.ffn.linear_0_noact.weight = weights[f"{path}.mlp.up_proj.weight"]
        layer.ffn.linear_1.weight = weights[f"{path}.mlp.down_proj.weight"]
    spec.register_vocabulary([str(piece) for piece in range(config["vocab_size"])])
    spec.config.bos_token = spec.config.eos_token = spec.config.unk_token = "0"
    spec.config.layer_norm_epsilon = config["rms_norm_eps"]
    spec.validate()
    spec.optimize(quantization=precision)
    spec.save(str(place))


def genai_int4(folder: Path, _precision: str, threads: int) -> Generate:
    import onnxruntime_genai

    place = Path(tempfile.mkdtemp(prefix="genai-"))
    _genai_folder(folder, place, threads)
    model = onnxruntime_genai.Model(str(place))

    def generate(prompts: list[list[int]], new: int) -> int:
        asked = onnxruntime_genai.GeneratorParams(model)
        asked.set_search_options(
            max_length=len(prompts[0]) + new, min_length=0, batch_size=len(prompts), do_sample=False
        )
        generator = onnxruntime_genai.Generator(model, asked)
        generator.append_tokens(np.array(prompts, np.int32))
        made = 0
        while not generator.is_done() and made < new:
            generator.generate_next_token()
            made += 1
        return made * len(prompts)

    return generate


def _genai_folder(folder: Path, place: Path, threads: int) -> None:
    """Our graph with the inputs that this engine knows: a mask instead of lengths."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    from slmapps.backbone.model_folder import read_folder
    from slmapps.backbone.writer_graph import Grouped, build, expected, shape_of

    config, _, weights = read_folder(folder)
    decoder = shape_of(config)

    mine = {
        name: value if value.ndim == 1 else Grouped.of(value, 8 if "embed" in name else 4)
        for name, value in weights.items()
        if name in expected(decoder)
    }
    data, parts = build(decoder, mine, "groups", "weights")
    with (place / "weights").open("wb") as file:
        for part in parts:
            part.tofile(file)
    model = onnx.load_model_from_string(data)
    graph = model.graph
    kept = [each for each in graph.input if each.name not in {"lengths", "total", "picked"}]
    kept += [helper.make_tensor_value_info("mask", TensorProto.INT64, ["rows", "held_and_new"])]
    del graph.input[:]
    graph.input.extend(kept)
    one = numpy_helper.from_array(np.array([1], np.int64), "axis.one")
    graph.initializer.append(one)
    zero = numpy_helper.from_array(np.array(0, np.int64), "zero.one")
    graph.initializer.append(zero)
    node = helper.make_node
    front = [
        node("ReduceSum", ["mask", "axis.one"], ["mask.sum"], keepdims=0),
        node("Sub", ["mask.sum", "axis.one"], ["mask.less"]),
        node("Cast", ["mask.less"], ["lengths"], to=TensorProto.INT32),
        node("Shape", ["mask"], ["mask.shape"], start=1, end=2),
        node("Squeeze", ["mask.shape"], ["mask.total"]),
        node("Cast", ["mask.total"], ["total"], to=TensorProto.INT32),
    ]
    back = []
    for each in graph.node:
        if "picked" in each.input:  # all places, as this engine expects them
            back.append(node("Identity", [each.input[0]], [each.output[0]]))
        elif each.output[0] == "logits":
            back.append(node("Shape", ["ids"], ["ids.shape"]))
            shape = numpy_helper.from_array(np.array([decoder.pieces], np.int64), "width")
            graph.initializer.append(shape)
            back.append(node("Concat", ["ids.shape", "width"], ["logits.shape"], axis=0))
            back.append(node("Reshape", [each.input[0], "logits.shape"], ["logits"]))
        else:
            back.append(each)
    del graph.node[:]
    graph.node.extend([*front, *back])
    for each in graph.output:
        if each.name == "logits":
            shape = ["rows", "pieces", decoder.pieces]
            each.CopyFrom(helper.make_tensor_value_info("logits", TensorProto.FLOAT, shape))
    (place / "model.onnx").write_bytes(model.SerializeToString())
    names = {kind: f"{kind}.%d" for kind in ("past", "present")}
    (place / "genai_config.json").write_text(
        json.dumps(
            {
                "model": {
                    "type": "llama",
                    "vocab_size": decoder.pieces,
                    "context_length": decoder.context,
                    "bos_token_id": 0,
                    "eos_token_id": decoder.pieces - 1,
                    "pad_token_id": decoder.pieces - 1,
                    "decoder": {
                        "session_options": {
                            "intra_op_num_threads": threads,
                            "provider_options": [],
                        },
                        "filename": "model.onnx",
                        "head_size": decoder.head,
                        "hidden_size": decoder.width,
                        "num_attention_heads": decoder.heads,
                        "num_key_value_heads": decoder.shared,
                        "num_hidden_layers": decoder.layers,
                        "inputs": {
                            "input_ids": "ids",
                            "attention_mask": "mask",
                            "past_key_names": f"{names['past']}.key",
                            "past_value_names": f"{names['past']}.value",
                        },
                        "outputs": {
                            "logits": "logits",
                            "present_key_names": f"{names['present']}.key",
                            "present_value_names": f"{names['present']}.value",
                        },
                    },
                },
                "search": {"past_present_share_buffer": True, "max_length": decoder.context},
            }
        ),
        "utf-8",
    )


KINDS = {"ours": ours, "torch": torch_int8, "ctranslate2": ctranslate2_int8, "genai": genai_int4}


def measure(folder: Path, engine: str, threads: int, rounds: int) -> dict[str, Any]:
    """One engine's figures: seconds, pieces per second, CPU milliseconds a piece, MB."""
    kind, precision = engine.split()
    begun = time.perf_counter()
    try:
        generate = KINDS[kind](folder, precision, threads)
    except ImportError as error:
        return {"engine": engine, "left out": f"not installed: {error.name or error}"}
    generate([pieces(folder, 4, 0)], 1)
    start = time.perf_counter() - begun

    def best(rows: int, prompt: int, new: int) -> tuple[float, float]:
        clock, busy = [], []
        for number in range(rounds):
            prompts = [pieces(folder, prompt, 100 * number + row + new) for row in range(rows)]
            begun, used = time.perf_counter(), time.process_time()
            made = generate(prompts, new)
            clock.append((time.perf_counter() - begun) / made)
            busy.append((time.process_time() - used) / made)
        return min(clock), min(busy)

    first, first_busy = best(1, 200, 1)
    one, one_busy = best(1, 20, NEW)
    many, many_busy = best(ROWS, 20, NEW)
    return {
        "engine": engine,
        "start s": round(start, 2),
        "first of 200 s": round(first, 3),
        "its CPU s": round(first_busy, 3),
        "alone /s": round(1 / one, 1),
        "its CPU ms": round(one_busy * 1e3, 2),
        f"{ROWS} at once /s": round(1 / many, 1),
        "their CPU ms": round(many_busy * 1e3, 2),
        "peak MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "masks": MASKS[kind],
    }


def apart(folder: Path, engine: str, threads: int, rounds: int) -> dict[str, Any]:
    """Measure an engine in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.bench_serving", str(folder), "--json"]
    command += ["--one", engine, "--threads", str(threads), "--rounds", str(rounds)]
    setting = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, env=setting)
    if done.returncode:
        return {"engine": engine, "left out": f"ended with {done.returncode}"}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--one", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.folder, given.one, given.threads, given.rounds)))
        return
    found = [
        apart(given.folder, each, given.threads, given.rounds) for each in given.engines.split(",")
    ]
    if given.json:
        print(json.dumps(found, indent=1))
        return
    shown = [each for each in found if "left out" not in each]
    if shown:
        print(" | ".join(shown[0]))
    for each in shown:
        print(" | ".join(str(value) for value in each.values()))
    for each in found:
        if "left out" in each:
            print(f"{each['engine']}: {each['left out']}")


if __name__ == "__main__":
    main()
