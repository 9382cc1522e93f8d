"""The writer's weights as they are shipped: under 5 bits each, in files that any git host takes.

Design choices:

* A folder like any other model's: config.json, tokenizer.json, and ``weights-NN.safetensors`` of at
  most 16 MiB each.
* A weight is a whole number times its row's step. The numbers are not cut to 4 bits: what is rare
  may cost more if what is common costs less, and a Huffman code sees to that. At equal size this
  has a fifth of the loss that 4-bit groups with a scale for 32 inputs had (benchmarks/FAILED.md).
* The code is deflate's, without its search for repetitions: every Python can undo it, in half a
  second for the whole model, and nothing is compiled or run to read it.
* How the numbers were found (rounded, or with each error made up for by the weights that follow,
  see ``gptq``) is no business of the reader's. Reading needs neither torch nor `transformers`.
"""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from slmapps.backbone.model_folder import read_config, read_folder
from slmapps.backbone.weights import WeightsMissing
from slmapps.backbone.writer_graph import Decoder, Floats, expected, shape_of

__all__ = [
    "SHIPPED",
    "STEP",
    "Coded",
    "evened",
    "is_packed",
    "nearest",
    "pack",
    "read",
    "steps_of",
    "unpack",
]

SHIPPED = Path(__file__).parent / "writer_weights"
STEP = 0.14  # of a row's root mean square; 100M parameters then take some 62 MB
_LARGEST = 16 * 1024 * 1024 - 65_536  # bytes of a file, less room for its header
_STREAM = 8_000_000  # weights in one stream; larger matrices are cut between rows
_FORM = "slmapps-huffman-1"
_FURTHEST = 127
_EVENING = ".evening"
_CURE = "Fetch the files again, or name a folder that `transformers` would load."
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Coded:
    """A matrix: ``codes`` int8 (outputs, inputs) times ``steps`` fp16 (outputs,)."""

    codes: npt.NDArray[np.int8]
    steps: npt.NDArray[np.float16]

    def full(self) -> Floats:
        """The matrix in fp32, (outputs, inputs)."""
        result: Floats = self.codes * self.steps.astype(np.float32)[:, None]
        return result


def steps_of(matrix: Floats, step: float = STEP) -> npt.NDArray[np.float16]:
    """Each row's step, (outputs,): ``step`` times the row's root mean square.

    A row with a weight too far out for 127 steps gets longer ones.
    """
    usual = np.sqrt(np.square(matrix).mean(axis=1)) * np.float32(step)
    needed = np.abs(matrix).max(axis=1) / np.float32(_FURTHEST - 1)
    steps: npt.NDArray[np.float16] = np.maximum(np.maximum(usual, needed), 1e-7).astype(np.float16)
    return steps


def nearest(matrix: Floats, step: float = STEP) -> Coded:
    """A matrix (outputs, inputs) rounded to the nearest numbers."""
    steps = steps_of(matrix, step)
    turned = np.rint(matrix / steps.astype(np.float32)[:, None])
    return Coded(np.clip(turned, -_FURTHEST, _FURTHEST).astype(np.int8), steps)


def pack(
    folder: Path,
    out: Path,
    calibration: Sequence[str] | None = None,
    *,
    step: float = STEP,
    progress: Progress | None = None,
) -> int:
    """Pack a model's folder (config.json, tokenizer.json, safetensors) into ``out``.

    ``out`` appears whole or not at all; one that is there is replaced.

    Args:
        folder: a Llama-class model as `transformers` saves it.
        out: the folder to be.
        calibration: texts of the kind that the model writes, for ``gptq`` (needs torch); None
            rounds to the nearest numbers. With 30,000 pieces half as much was lost as without,
            with 10,000 more than without.
        step: see :func:`steps_of`.
        progress: told about each layer.

    Returns the bytes written.

    Raises:
        WeightsMissing: the folder is no Llama-class model.
        ValueError: there is too little calibration text.
    """
    config, tokenizer, weights = read_folder(folder)
    decoder = shape_of(config)
    for name, shape in expected(decoder).items():
        if name not in weights or weights[name].shape != shape:
            raise WeightsMissing(f"{folder}: {name} is missing or not of shape {shape}. {_CURE}")
    made: Mapping[str, Coded | Floats] = {}
    if calibration is not None:
        from slmapps.backbone import gptq

        made = gptq.compensated(decoder, weights, tokenizer, calibration, step, progress)
    packed: dict[str, Coded | Floats] = {}
    for name, shape in expected(decoder).items():
        if name in made:
            packed[name] = made[name]
        else:
            packed[name] = weights[name] if len(shape) == 1 else nearest(weights[name], step)
    packed |= {name: value for name, value in made.items() if name.endswith(_EVENING)}
    return _written(packed, folder, out)


def _written(packed: Mapping[str, Coded | Floats], folder: Path, out: Path) -> int:
    from safetensors.numpy import save_file

    part = out.with_name(f"{out.name}.partial")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        for number, tensors in enumerate(_files(packed)):
            place = part / f"weights-{number:02d}.safetensors"
            save_file(tensors, place, metadata={"format": _FORM})
            place.chmod(0o644)  # the library writes for its owner alone
        for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "README.md"):
            if (folder / name).is_file():
                shutil.copyfile(folder / name, part / name)
        size = sum(file.stat().st_size for file in part.iterdir())
        if out.exists():
            shutil.rmtree(out)
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return size


def _files(packed: Mapping[str, Coded | Floats]) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """Tensors in files of at most 16 MiB."""
    held: dict[str, npt.NDArray[Any]] = {}
    room = _LARGEST
    for name, array in _tensors(packed):
        cost = array.nbytes + 200  # and its share of the header
        if cost > room and held:
            yield held
            held, room = {}, _LARGEST
        held[name] = array
        room -= cost
    yield held


def _tensors(packed: Mapping[str, Coded | Floats]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    for name, value in packed.items():
        if isinstance(value, np.ndarray):
            yield name, value.astype(np.float32)
            continue
        yield f"{name}.steps", value.steps
        rows = _rows_of(value.codes.shape[1])
        for number, start in enumerate(range(0, len(value.codes), rows)):
            press = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_HUFFMAN_ONLY)
            stream = press.compress(value.codes[start : start + rows].tobytes()) + press.flush()
            yield f"{name}.codes.{number}", np.frombuffer(stream, np.uint8)


def _rows_of(inputs: int) -> int:
    return max(1, _STREAM // inputs)


def is_packed(folder: Path) -> bool:
    """Whether a folder holds weights of this format."""
    return (folder / "weights-00.safetensors").is_file()


def read(folder: Path) -> tuple[Decoder, dict[str, Coded | Floats]]:
    """The measures and the weights of a packed folder, by the names of `transformers`.

    Beside them the factors for :func:`evened`, if it was packed with text.

    Raises:
        WeightsMissing: a file is missing or damaged.
    """
    from safetensors import safe_open

    decoder = shape_of(read_config(folder))
    found: dict[str, npt.NDArray[Any]] = {}
    forms = set()
    try:
        for path in sorted(folder.glob("weights-*.safetensors")):
            with safe_open(path, framework="numpy") as file:
                forms.add((file.metadata() or {}).get("format"))
                found.update({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
    except Exception as error:  # safetensors and the file system each raise their own
        raise WeightsMissing(f"{folder} cannot be read: {error}. {_CURE}") from error
    if forms != {_FORM}:
        raise WeightsMissing(f"{folder} is not in the form {_FORM}. {_CURE}")
    weights: dict[str, Coded | Floats] = {}
    try:
        for name, shape in expected(decoder).items():
            weights[name] = found[name] if len(shape) == 1 else _coded(found, name, *shape)
        weights |= {name: value for name, value in found.items() if name.endswith(_EVENING)}
    except (KeyError, ValueError, zlib.error) as error:
        raise WeightsMissing(
            f"{folder}: {name} is missing or damaged ({error}). {_CURE}"
        ) from error
    return decoder, weights


def _coded(found: Mapping[str, npt.NDArray[Any]], name: str, outputs: int, inputs: int) -> Coded:
    steps = found[f"{name}.steps"].reshape(outputs)
    parts = []
    for number, start in enumerate(range(0, outputs, _rows_of(inputs))):
        rows = min(_rows_of(inputs), outputs - start)
        # A stream cannot ask for more memory than config.json says: past that it is damaged.
        inflate = zlib.decompressobj(-15)
        stream = found[f"{name}.codes.{number}"].tobytes()
        codes = inflate.decompress(stream, rows * inputs + 1)
        parts.append(np.frombuffer(codes, np.int8).reshape(rows, inputs))
    return Coded(parts[0] if len(parts) == 1 else np.concatenate(parts), steps)


def evened(weights: Mapping[str, Any], name: str, value: Floats) -> Floats:
    """A weight with the factors of ``weights`` (as :func:`read` gives them) folded in.

    Channels that run far out give some of their size to the columns behind them: the same
    function, from which products in bytes lose less. All weights must be folded, or none.
    """
    layer, _, part = name.removesuffix(".weight").rpartition(".")
    if part == "input_layernorm":
        factor = weights.get(f"{layer}.self_attn{_EVENING}")
        gain: Floats = value if factor is None else value / factor
        return gain
    factor = weights.get(f"{layer}{_EVENING}")
    if factor is None or part in {"o_proj", "gate_proj"}:
        return value
    folded: Floats = value / factor[:, None] if part == "up_proj" else value * factor
    return folded


def unpack(folder: Path) -> dict[str, Floats]:
    """The weights of a packed folder in fp32, under the names that `transformers` gives them."""
    _, weights = read(folder)
    return {
        name: value if isinstance(value, np.ndarray) else value.full()
        for name, value in weights.items()
        if not name.endswith(_EVENING)
    }
