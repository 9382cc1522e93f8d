"""Make the desk's adapter and heads from the data and the hand-written sentences.

    python -m slmapps_earnings.training --data FOLDER --out FOLDER [--epochs 4] [--generated 6000]
        [--seed 0] [--without NAME…] [--hold-out]

FOLDER holds SEntFiN, FiQA and SubjECTive-QA. With ``--hold-out`` a share of every set is kept from
training, so that ``benchmarks/bench_earnings.py`` can measure on it; without it everything but the
development and test sentences is learnt, which is how the shipped model is made.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "2")

from slmapps import places
from slmapps.cli.output import progress, say
from slmapps_earnings.training.making import make
from slmapps_earnings.training.tuning import Plan


def main() -> None:
    """Train, calibrate, and write the folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="the folder that holds earnings/; else SLMAPPS_DATA")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--generated", type=int, default=6000)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without", nargs="*", default=(), help="sources to leave out")
    parser.add_argument("--hold-out", action="store_true")
    given = parser.parse_args()
    plan = Plan(epochs=given.epochs, rate=given.rate, rank=given.rank, seed=given.seed)
    with progress("Training") as tick:
        figures = make(
            places.data(given.data) / "earnings",
            given.out,
            plan,
            generated=given.generated,
            without=tuple(given.without),
            hold_out=given.hold_out,
            report=lambda what, done, steps: (
                say(what) if what.startswith("{") else tick(done, steps)
            ),
        )
    say(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
