"""What a client's reviewed lines say, counted: learns a line in microseconds, forgets nothing.

For each context of :data:`slmapps_invoices.coding.lines.CONTEXTS` the memory keeps how often each
account was booked, and a moving average that follows a change of habit within a few lines.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from slmapps_invoices.coding.lines import CONTEXTS, Lines, context_keys

__all__ = ["Memory"]

_RATE = 0.25
_RECENT = 12
_CLOSE = 3
_ALL, _SIZE = CONTEXTS.index("all"), CONTEXTS.index("department+size")
_FEW = 8
"""Days between a line and the last one learnt, within which they may belong together."""

Counts = dict[int, list[float]]  # account -> [count, moving average]


@dataclass
class Memory:
    """Counts by context over ``n_accounts`` accounts; everything in order of learning."""

    n_accounts: int
    tables: list[dict[int, Counts]] = field(default_factory=lambda: [{} for _ in CONTEXTS])
    recent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=_RECENT))
    last_in_department: dict[str, int] = field(default_factory=dict)
    seen: int = 0
    last_day: int = 0
    recent_day: int = 0
    base: Memory | None = None

    def fork(self) -> Memory:
        """A memory that knows what this one knows and learns without changing it."""
        return Memory(
            n_accounts=self.n_accounts,
            recent=self.recent.copy(),
            last_in_department=dict(self.last_in_department),
            seen=self.seen,
            last_day=self.last_day,
            recent_day=self.recent_day,
            base=self,
        )

    def learn(self, lines: Lines, accounts: NDArray[np.int64]) -> None:
        """Add reviewed lines; ``accounts`` are indices of shape ``(n,)``."""
        for row, account in enumerate(accounts.tolist()):
            for context, key in enumerate(context_keys(lines, row)):
                if not key:
                    continue
                table = self.tables[context]
                counts = table.get(key)
                if counts is None:
                    old = self.base.counts(context, key) if self.base else {}
                    counts = table[key] = {label: list(pair) for label, pair in old.items()}
                for entry in counts.values():
                    entry[1] *= 1 - _RATE
                entry = counts.setdefault(account, [0.0, 0.0])
                entry[0] += 1.0
                entry[1] += _RATE if len(counts) > 1 or entry[0] > 1 else 1.0
            self.recent.append((account, lines.department[row]))
            self.last_in_department[lines.department[row]] = account
        self.seen += len(accounts)
        if len(accounts):
            self.last_day = max(self.last_day, int(lines.date.max()))
            self.recent_day = int(lines.date[-1])

    def counts(self, context: int, key: int) -> Counts:
        """Accounts booked in one context."""
        if not key:
            return {}
        found = self.tables[context].get(key)
        if found is None and self.base is not None:
            return self.base.counts(context, key)
        return found or {}

    def whole(self, context: int) -> dict[int, Counts]:
        """All counts of one context."""
        below = self.base.whole(context) if self.base else {}
        return {**below, **self.tables[context]}

    def booked(self, lines: Lines, row: int) -> dict[int, float]:
        """How often each account was booked for the line's seller."""
        counts = self.counts(0, context_keys(lines, row)[0])
        return {account: entry[0] for account, entry in counts.items()}

    def features(self, lines: Lines) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Per account ``(n, n_accounts, 2 * contexts)`` and per line ``(n, contexts)``.

        Per account: share of the context's lines, and the moving average. Per line: log of the
        number of lines seen in the context.
        """
        n, k = len(lines), len(CONTEXTS)
        by_account = np.zeros((n, self.n_accounts, 2 * k), dtype=np.float32)
        by_line = np.zeros((n, k), dtype=np.float32)
        for row in range(n):
            view = by_account[row]
            for context, key in enumerate(context_keys(lines, row)):
                counts = self.counts(context, key)
                if not counts:
                    continue
                total = sum(entry[0] for entry in counts.values())
                by_line[row, context] = np.log1p(total)
                # What all lines have in common says little of one of them while they are few.
                common = context == _ALL or (context == _SIZE and not lines.department[row])
                share = total / (total + _FEW) if common else 1.0
                for account, (count, average) in counts.items():
                    view[account, 2 * context] = share * count / (total + 0.5)
                    view[account, 2 * context + 1] = share * average
        return by_account, by_line

    def locality(self, lines: Lines) -> NDArray[np.float32]:
        """How the last reviewed lines were booked, ``(n, n_accounts, 4)``.

        The line just before, the last of the same department, and the shares among the last
        dozen, all and of the same department; only for lines of the days around, in books kept by
        department, and fading with the place in the batch, since the tenth line of a batch has
        nine uncoded ones before it.
        """
        n = len(lines)
        out = np.zeros((n, self.n_accounts, 4), dtype=np.float32)
        if not self.recent:
            return out
        weights = 0.8 ** np.arange(len(self.recent) - 1, -1, -1)
        for row in range(min(n, 64)):
            department = lines.department[row]
            if not department or abs(int(lines.date[row]) - self.recent_day) > _CLOSE:
                continue
            fade = 1.0 / (1.0 + row)
            out[row, self.recent[-1][0], 0] = fade
            if department in self.last_in_department:
                out[row, self.last_in_department[department], 1] = fade
            for weight, (account, other) in zip(weights, self.recent, strict=True):
                out[row, account, 2] += 0.2 * weight * fade
                if other == department:
                    out[row, account, 3] += 0.2 * weight * fade
        return out
