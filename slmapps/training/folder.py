"""The folder that a training leaves: what `transformers` loads, and nothing by halves.

Everything is written into a folder beside and moved in, ``config.json`` last: until then no library
takes the folder for a model.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenizers import Tokenizer

from slmapps.training.checkpoints import room_for

if TYPE_CHECKING:
    from slmapps.training.models import Start

__all__ = ["write_folder"]


def write_folder(start: Start, out: Path, *others: Callable[[Path], None]) -> None:
    """Write ``start``'s model and tokenizer into ``out``.

    Each of ``others`` is called with the folder where the model lies, whole, and adds its files.

    Raises:
        OSError: no room on the disk; ``out`` is left as it was.
    """
    part = out / "model.partial"
    shutil.rmtree(part, ignore_errors=True)
    transformers: Any = import_module("transformers")
    encoder = Tokenizer.from_str(start.tokenizer)
    end = encoder.id_to_token(start.end)
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": end,
        "eos_token": end,
        "pad_token": end,
        "clean_up_tokenization_spaces": False,
        "model_max_length": start.model.config.max_position_embeddings,
    }
    if start.mask is not None:
        settings["mask_token"] = encoder.id_to_token(start.mask)
    try:
        with room_for(out):
            transformers.utils.logging.disable_progress_bar()  # it takes no second
            start.model.save_pretrained(part)
            for path in part.glob("*.safetensors"):
                path.chmod(0o644)  # the library leaves them to their owner alone
            (part / "tokenizer.json").write_text(start.tokenizer, "utf-8")
            (part / "tokenizer_config.json").write_text(json.dumps(settings, indent=2), "utf-8")
            for write in others:
                write(part)
            for path in part.rglob("*"):
                if path.is_file():
                    with path.open("rb") as file:
                        os.fsync(file.fileno())
        for path in sorted(part.iterdir(), key=lambda path: path.name == "config.json"):
            target = out / path.name
            if target.is_dir():
                shutil.rmtree(target)
            path.replace(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
