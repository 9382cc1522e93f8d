"""What the benches of the writer have measured so far, kept so that a run can be gone on with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from slmapps import places
from slmapps.cli.output import progress

SLICE = 64_000  # bytes of text between two writes of what was measured


class Kept:
    """Results by key in one JSON file, written whole after each addition."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.values: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def add(self, values: dict[str, Any]) -> None:
        """Keep more results."""
        self.values |= values
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".partial")
        part.write_text(json.dumps(self.values, indent=1), "utf-8")
        part.replace(self.path)


class Measured:
    """A model that is loaded only when something has not been measured yet."""

    def __init__(self, spec: str, title: str, results: Path) -> None:
        self.spec, self.title = spec, title
        self.results = results / _identity(spec)
        self._loaded: dict[str | None, Any] = {}

    @property
    def model(self) -> Any:
        """The model as it is measured: the writer as shipped, a folder in fp32."""
        return self._load(None)

    @property
    def served(self) -> Any:
        """The model as it is served, with the default settings of the backbone."""
        return self._load(None if self.spec == "writer" else "int8")

    def _load(self, precision: Any) -> Any:
        from slmapps.training.evaluation import load

        if precision not in self._loaded:
            self._loaded.clear()  # one at a time: there is not memory for all
            self._loaded[precision] = load(self.spec, precision=precision)
        return self._loaded[precision]

    @property
    def vocabulary(self) -> str:
        """A short name of the model's tokenizer, for what depends on nothing else."""
        from slmapps.backbone.weights import sha256_of

        return sha256_of(_folder(self.spec) / "tokenizer.json")[:12]

    def kept(self, part: str) -> Kept:
        """What is known of this model's part."""
        return Kept(self.results / f"{part}.json")


def _folder(spec: str) -> Path:
    if spec != "writer":
        return Path(spec)
    import slmapps.backbone

    return Path(slmapps.backbone.__file__).parent / "writer_weights"


def _identity(spec: str) -> str:
    from slmapps.backbone.weights import sha256_of

    folder = _folder(spec)
    files = sorted(each for each in folder.glob("*") if each.suffix in {".safetensors", ".json"})
    if not files:
        raise SystemExit(f"{folder} holds no model; name a folder of weights")
    parts = [f"{each.name} {sha256_of(each)}" for each in files]
    return f"{folder.name}-{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:12]}"


def base_folder(named: str | None) -> str:
    """The folder of the untouched base, written from its GGUF file on first use."""
    if named:
        return named
    from slmapps.backbone.smollm import find_base, read_base, write_folder

    folder = places.cache() / "base" / "folder"
    if not (folder / "tokenizer_config.json").exists():
        write_folder(read_base(find_base()), folder)
    return str(folder)


def key_of(text: str) -> str:
    """A short name of a text."""
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def in_slices(
    texts: list[str], kept: Kept, bits: Callable[[list[str]], Any], label: str
) -> list[float]:
    """The bits of each text; those already known are not asked for."""
    missing = [text for text in texts if key_of(text) not in kept.values]
    with progress(label) as tick:
        done = 0
        while done < len(missing):
            size, stop = 0, done
            while stop < len(missing) and (stop == done or size < SLICE):
                size += len(missing[stop].encode())
                stop += 1
            part = missing[done:stop]
            kept.add(dict(zip(map(key_of, part), map(float, bits(part)), strict=True)))
            done = stop
            tick(done, len(missing))
    return [kept.values[key_of(text)] for text in texts]
