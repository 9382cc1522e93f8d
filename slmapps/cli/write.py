"""``slmapps write``: try the writer, or a model of your own, at the command line."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from slmapps.cli.output import Mistake, as_json, emit, examples, progress, say

if TYPE_CHECKING:
    from slmapps.backbone import Writer

__all__ = ["write"]


@click.command(
    epilog=examples(
        'slmapps write "The lighthouse keeper had not spoken for a week"',
        'slmapps write "MARA: You were late." --samples 3 --temperature 0.7',
        "cat scene.txt | slmapps write --tokens 60 --json",
        'slmapps write "Once" --model out/model --seed 7',
        'slmapps write "TOM: Where is it?" --speaker ANNA --mood angry --say letter',
    )
)
@click.argument("prompt", required=False)
@click.option(
    "--model",
    default="writer",
    show_default=True,
    metavar="PATH",
    help="A folder as `slmapps pretrain` leaves it, a Hub id, or `writer` for the shipped one.",
)
@click.option(
    "--tokens",
    type=click.IntRange(1, 4096),
    default=120,
    show_default=True,
    help="Write at most so many word pieces.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="The same seed writes the same text.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(0, 5),
    help="0 always takes the likeliest piece; higher is bolder.  [default: the writer's own]",
)
@click.option(
    "--samples",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Write so many, with the seeds SEED, SEED + 1, …",
)
@click.option(
    "--speaker",
    metavar="NAME",
    help="Write the next line of NAME; PROMPT is what was said so far, a line each.",
)
@click.option(
    "--kind",
    type=click.Choice(["play", "chat", "story", "game", "script"]),
    help="What the line is from.  [with --speaker]",
)
@click.option(
    "--mood",
    type=click.Choice(["angry", "happy", "sad", "afraid", "tender", "surprised", "cold"]),
    help="How it is said.  [with --speaker]",
)
@click.option(
    "--say",
    "words",
    multiple=True,
    metavar="WORDS",
    help="Words that must be in it; may be given several times.  [with --speaker]",
)
@click.option(
    "--avoid",
    multiple=True,
    metavar="WORDS",
    help="Words that must not be in it; may be given several times.  [with --speaker]",
)
@click.option(
    "--candidates",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    help="Write so many lines and show the best that obeys; all with --json.  [with --speaker]",
)
@as_json
def write(
    prompt: str | None,
    model: str,
    tokens: int,
    seed: int,
    temperature: float | None,
    samples: int,
    speaker: str | None,
    json_: bool,
    **order: Any,
) -> None:
    """Go on from PROMPT, or from what comes in on stdin.

    The text appears as it is written. Where stdout is no terminal, it is the new text alone,
    without the prompt. With --speaker, one line is written to order: several candidates, and the
    best of those that obey.
    """
    if speaker is None and (order["words"] or order["avoid"] or order["mood"] or order["kind"]):
        raise Mistake("say who speaks: --kind, --mood, --say and --avoid go with --speaker NAME")
    if speaker is not None and not speaker.strip(" :"):
        raise Mistake("--speaker is empty; give the name of who speaks next")
    if speaker is not None and prompt is None and sys.stdin is not None and sys.stdin.isatty():
        prompt = ""  # the first line of a scene
    if prompt is None or prompt == "-":
        prompt = _piped(asked=prompt == "-")
    settings: dict[str, Any] = {"max_tokens": tokens}
    if temperature is not None:
        settings["temperature"] = temperature
    from slmapps.backbone import load_writer

    with progress("Loading the writer"):
        writer = load_writer(model)
    if speaker is not None:
        _line(writer, prompt, speaker.strip(" :"), samples, seed, settings, order, json_)
        return
    if json_:
        emit(_told(writer, model, prompt, seed, samples, settings))
        return
    watched = sys.stdout.isatty()
    for number in range(samples):
        if samples > 1:
            say(f"{'' if number == 0 else chr(10)}── seed {seed + number}")
        if watched:
            click.echo(click.style(prompt, dim=True), nl=False)
        for part in writer.stream(prompt, seed=seed + number, **settings):
            click.echo(part, nl=False)
            sys.stdout.flush()
        click.echo()


def _line(
    writer: Writer,
    prompt: str,
    speaker: str,
    samples: int,
    seed: int,
    settings: dict[str, Any],
    order: dict[str, Any],
    json_: bool,
) -> None:
    """Write lines to order, and say where none obeys."""
    from slmapps.writing import Request, write_lines

    request = Request(
        kind=order["kind"],
        previous=tuple(line for line in prompt.splitlines() if line.strip()),
        speaker=speaker,
        mood=order["mood"] or "",
        say=order["words"],
        avoid=order["avoid"],
    )
    count = order["candidates"]
    written = []
    for number in range(samples):
        first = seed + number * count
        try:
            with progress(f"Writing {count} candidates"):
                found = write_lines(writer, request, candidates=count, seed=first, **settings)
        except ValueError as error:
            raise Mistake(str(error)) from error
        written.append({"seed": first, "candidates": [vars(line) for line in found]})
        if not json_:
            click.echo(f"{speaker}: {found[0].text}")
            if not found[0].obeys:
                say("no candidate obeys: ask for less, or for more --candidates or --tokens")
    if json_:
        emit({"prompt": request.prompt(), "lines": written})


def _told(
    writer: Writer, model: str, prompt: str, seed: int, samples: int, settings: dict[str, Any]
) -> dict[str, Any]:
    """Every sample with what is known of it; each drawn alone, so that its seed says all."""
    written = []
    for number in range(seed, seed + samples):
        before = time.perf_counter()
        (one,) = writer.generate(prompt, seed=number, **settings)
        written.append(
            {
                "seed": number,
                "text": one.text,
                "tokens": len(one.tokens),
                "logprob": float(one.logprob),
                "finished": one.finished,
                "seconds": round(time.perf_counter() - before, 3),
            }
        )
    return {
        "model": model,
        "parameters": writer.parameters,
        "fingerprint": writer.fingerprint,
        "prompt": prompt,
        "samples": written,
    }


def _piped(*, asked: bool) -> str:
    """The prompt from stdin, without the line break that a shell puts at its end."""
    if sys.stdin is None or (sys.stdin.isatty() and not asked):
        raise Mistake('nothing to go on from: give a prompt, as in `slmapps write "Once"`')
    try:
        text = sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise Mistake(f"stdin is not UTF-8 text (byte {error.start}); pipe text in") from error
    return text.removesuffix("\n").removesuffix("\r")
