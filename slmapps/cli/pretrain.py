"""``slmapps pretrain``: a corpus in, a model's folder out, through any interruption."""

from __future__ import annotations

import os
import re
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from slmapps.cli.output import Mistake, as_json, emit, examples, say, table

__all__ = ["pretrain"]

SIZES = ("1M", "3M", "6M", "10M", "16M", "30M", "60M", "100M")
_UNITS = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9}
_TIMES = {"min": 1.0, "h": 60.0}
_STAGES = {
    "reading": "Reading the corpus",
    "vocabulary": "Finding the vocabulary",
    "pieces": "Cutting the corpus into pieces",
    "training": "Training",
    "writing": "Writing the model",
    "measuring": "Measuring on held-out documents",
}


class Budget(click.ParamType):  # type: ignore[type-arg]  # click 8.1 takes none
    """Tokens (``2Mtok``, ``500k``, ``1000000``) or time (``30min``, ``2h``)."""

    name = "budget"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, float]:
        """Give ``("tokens", n)`` or ``("minutes", n)``."""
        found = re.fullmatch(r"([0-9.]+)\s*(min|h|[kmg]?(?:tok)?)", str(value).strip().lower())
        try:
            number = float(found[1]) if found else 0.0
        except ValueError:
            number = 0.0
        if found is None or number <= 0:
            self.fail(f"{value!r} is no budget: say 2Mtok, 500ktok, 30min or 2h", param, ctx)
        if found[2] in _TIMES:
            return "minutes", number * _TIMES[found[2]]
        return "tokens", float(int(number * _UNITS[found[2].removesuffix("tok")]))


@click.command(
    epilog=examples(
        "slmapps pretrain plays/ chat.txt.xz --out out/small --size 3M --budget 2Mtok",
        "slmapps pretrain plays/ --out out/tuned --from writer --adapter lora --budget 30min",
        "slmapps pretrain plays/ --out out/healed --from pruned/ --teacher base --budget 2h",
        "slmapps pretrain plays/ --out out/tuned --from writer --budget 30min --resume",
        "torchrun --nproc-per-node 2 --no-python slmapps pretrain plays/ --out out/two …",
    ),
)
@click.argument("corpus", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The model's folder.")
@click.option(
    "--from",
    "start",
    default="random",
    show_default=True,
    metavar="writer|reader|base|random|PATH",
    help="What to start from; base is the whole model that the writer was cut from.",
)
@click.option(
    "--size", type=click.Choice(SIZES), help="Parameters of a random start.  [default: 10M]"
)
@click.option(
    "--objective",
    type=click.Choice(["causal", "masked", "hybrid"]),
    default="causal",
    show_default=True,
    help="Guess the next piece, hidden pieces (an encoder), or both by turns.",
)
@click.option("--teacher", metavar="base|writer|PATH", help="A larger causal model to learn from.")
@click.option(
    "--teacher-share",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="The teacher's share of the loss; the rest is the true next piece's.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    show_default=True,
    help="By which teacher and student are softened.",
)
@click.option(
    "--adapter",
    type=click.Choice(["lora", "full"]),
    default="full",
    show_default=True,
    help="Train small changes to a frozen model, saved apart and merged; or every weight.",
)
@click.option(
    "--budget",
    type=Budget(),
    default="10min",
    show_default=True,
    metavar="TOKENS|TIME",
    help="How long: 2Mtok, 500ktok, 30min, 2h. The rate falls to zero at its end.",
)
@click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True
)
@click.option("--length", type=click.IntRange(8), help="Pieces a window.  [default: 512]")
@click.option("--batch", type=click.IntRange(1), help="Windows a pass.  [default: 4, on CUDA 32]")
@click.option(
    "--accumulate",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Passes a step.",
)
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="The highest learning rate.")
@click.option(
    "--optimiser",
    type=click.Choice(["muon", "adamw"]),
    help="[default: muon from random, else adamw]",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--text-field", default="text", show_default=True, help="Of JSON lines and datasets.")
@click.option(
    "--licence",
    "licences",
    multiple=True,
    metavar="NAME=SPDX",
    help="The licence of a source, for the model's card; else a manifest.json beside it says it.",
)
@click.option(
    "--mix",
    "shares",
    multiple=True,
    metavar="NAME=SHARE",
    help="What share of the reading is of a source; the others have the rest by the root of "
    "their size, as all have where nothing is said.",
)
@click.option(
    "--average",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.0,
    show_default=True,
    help="Keep a moving average of the weights with this decay, say 0.99, and leave that.",
)
@click.option(
    "--held-out",
    type=click.FloatRange(0, 0.5),
    default=0.015,
    show_default=True,
    help="The share of documents that is never trained on, chosen by a hash.",
)
@click.option(
    "--compile",
    "compiled",
    is_flag=True,
    help="Compile the layers first: a quarter quicker on a CPU; needs a C++ compiler.",
)
@click.option("--resume", is_flag=True, help="Go on with the run in --out, killed or interrupted.")
@as_json
def pretrain(
    corpus: tuple[str, ...],
    out: Path,
    budget: tuple[str, float],
    licences: tuple[str, ...],
    shares: tuple[str, ...],
    resume: bool,
    json_: bool,
    **given: Any,
) -> None:
    """Train a language model on CORPUS: text files, packed or not, JSON lines, folders, datasets.

    A JSON line has a text, messages, or a prompt and a target, of which the target alone is learnt.

    The folder that is left loads with AutoModelForCausalLM and AutoTokenizer of transformers, and
    holds a model card. Documents in a text file are parted by lines <|endoftext|>; some are held
    out and never trained on.
    """
    named = dict(_pair(each, "--licence", "SPDX, as plays.txt=CC0-1.0") for each in licences)
    mix = {}
    for each in shares:
        name, share = _pair(each, "--mix", "SHARE, as plays=0.3")
        try:
            mix[name] = float(share)
        except ValueError:
            raise Mistake(f"--mix {each!r}: {share!r} is no number; say plays=0.3") from None
    try:
        from slmapps.training.plan import Plan
        from slmapps.training.pretraining import pretrain as train
    except ImportError as error:
        raise Mistake(f"training needs {error.name}: pip install 'slmapps[train]'") from error
    kind, amount = budget
    plan = Plan(
        corpus=corpus,
        out=out,
        tokens=int(amount) if kind == "tokens" else None,
        minutes=amount if kind == "minutes" else None,
        licences=named,
        shares=mix,
        **given,
    )
    command = shlex.join(["slmapps", *sys.argv[1:]])
    try:
        with _shown() as tell:
            outcome = train(plan, resume=resume, command=command, tell=tell)
    except KeyboardInterrupt:
        raise Mistake(f"interrupted; {out} keeps what was learnt: go on with --resume") from None
    if not _first():
        return
    if json_:
        emit(outcome)
        return
    say(
        f"{out}: {outcome.parameters:,} parameters, {outcome.tokens:,} tokens in "
        f"{outcome.seconds / 60:.1f} min, loss {outcome.loss:.4f}"
    )
    table(
        ["held out", "bits per byte", "bytes", "documents"],
        [
            (row["source"], f"{row['bits_per_byte']:.4f}", row["bytes"], row["documents"])
            for row in outcome.bits_per_byte
        ],
    )


def _pair(given: str, option: str, form: str) -> tuple[str, str]:
    name, sign, value = given.partition("=")
    if not sign or not name or not value:
        raise Mistake(f"{option} {given!r}: say NAME={form}")
    return name, value


def _first() -> bool:
    """Whether this is the process that speaks, of those that ``torchrun`` has started."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def _shown() -> Iterator[Callable[[str, Mapping[str, Any]], None]]:
    """Show a bar with loss and speed on a terminal; elsewhere a line a minute, on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    if not _first():
        yield lambda _stage, _facts: None
        return
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>5.1f}%"),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("Starting", total=None, figures="")
        stages: list[str] = []
        told = 0.0

        def tell(stage: str, facts: Mapping[str, Any]) -> None:
            nonlocal told
            if stage == "step":
                words = (
                    f"loss {facts['loss']:.4f}  {facts['tokens_per_second']:,.0f} tokens/s  "
                    f"{facts['tokens']:,} tokens"
                )
                bar.update(task, completed=facts["done"], total=1.0, figures=words)
                if not console.is_terminal and time.monotonic() - told > 60:
                    told = time.monotonic()
                    say(f"{facts['done']:6.1%}  step {facts['step']}  {words}")
                return
            words = "  ".join(
                f"{value:,} {name}" if isinstance(value, int) else str(value)
                for name, value in facts.items()
            )
            bar.update(task, description=_STAGES.get(stage, stage), figures=words)
            if not console.is_terminal and stages[-1:] != [stage]:
                say(f"{_STAGES.get(stage, stage)} …")
            stages.append(stage)

        yield tell
