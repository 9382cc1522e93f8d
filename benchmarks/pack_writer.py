"""Packs a tuned model as it is shipped, with text, and measures what that costs in bits per byte.

    python -m benchmarks.pack_writer FOLDER [--out FOLDER] [--data FOLDER] [--texts N] [--bytes N]

FOLDER is a model as `transformers` saves it; ``--out`` is the folder of the shipped weights unless
named. Text for the rounding comes from what was trained on, text for the figures from the part
held out for choosing between models.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from benchmarks import writer_texts
from slmapps import places
from slmapps.backbone import four_bit
from slmapps.cli.output import progress
from slmapps.training.evaluation.models import load
from slmapps.training.evaluation.text import bits_per_byte

_ENOUGH = 2_400  # characters that fill a window of 512 pieces


def calibration(data: Path, count: int) -> list[str]:
    """``count`` texts, as many of every group, drawn with a seed.

    Short documents are joined: a group whose texts fill a tenth of a window would count a tenth.
    """
    chance = random.Random(4)
    found: list[str] = []
    for documents in writer_texts.training(data):
        for _ in range(-(-count // len(writer_texts.GROUPS))):
            text = ""
            while len(text) < _ENOUGH:
                document = chance.choice(documents)
                start = chance.randrange(max(1, len(document) - _ENOUGH))
                text += document[start : start + _ENOUGH] + "\n"
            found.append(text)
    chance.shuffle(found)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=four_bit.SHIPPED)
    parser.add_argument("--data", help="the folder that holds writer/; else SLMAPPS_DATA")
    parser.add_argument("--texts", type=int, default=64, help="of at most 512 pieces each")
    parser.add_argument("--bytes", type=int, default=6000, help="of each group, to measure on")
    parser.add_argument("--step", type=float, default=four_bit.STEP, help="of the rounding")
    given = parser.parse_args()
    data = places.data(given.data)
    texts = calibration(data, given.texts)
    with progress("Rounding the writer") as tick:
        size = four_bit.pack(
            given.folder,
            given.out,
            texts,
            step=given.step,
            progress=lambda _, done, of: tick(done, of),
        )
    print(f"{given.out}: {size / 1e6:.2f} MB")
    if not given.bytes:
        return
    models = {
        "fp32": load(given.folder, precision="fp32"),
        "packed, fp32": load(given.out, precision="fp32"),
        "packed, int8": load(given.out, precision="int8"),
    }
    for group in writer_texts.GROUPS:
        documents = writer_texts.held_out(data, group, given.bytes, choosing=True)
        cut = [each[: given.bytes] for each in documents]
        for name, model in models.items():
            print(f"{group:<10}{name:<14}{bits_per_byte(model, cut).bits_per_byte:.4f}", flush=True)


if __name__ == "__main__":
    main()
