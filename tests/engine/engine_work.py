"""Work for worker processes, which have to import it."""

from __future__ import annotations

import os
import signal
from decimal import Decimal


def halve(number: int) -> dict[str, object]:
    if number == 13:
        raise ValueError("thirteen cannot be halved")
    return {"number": number, "half": Decimal(number) / 2}


def halve_or_crash(number: int) -> dict[str, object]:
    if number in (3, 7):
        os.kill(os.getpid(), signal.SIGKILL)
    return halve(number)


def threads(_: int) -> str:
    return os.environ["OMP_NUM_THREADS"]


def unpicklable(number: int) -> object:
    return (lambda: number) if number == 1 else number
