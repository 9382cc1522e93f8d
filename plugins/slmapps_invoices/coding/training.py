"""Train the ranker that is shipped: rehearse bookkeeping on many clients, learn what to trust.

Each client is replayed in several ways: line by line from nothing, and lists of lines after a
history of 0 to 40,000 lines, with and without a gap between them. What was known of each candidate
before its line was booked is the input, the account that was booked is the target.

``python -m slmapps_invoices.coding.training --data FOLDER --out MODEL [--leave-one-out]``
needs the extra ``train``. FOLDER holds one folder a client with ``lines.csv.gz`` and ``chart.csv``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn

from slmapps_invoices.coding.features import candidate_features
from slmapps_invoices.coding.lines import Lines, read_lines_frame
from slmapps_invoices.coding.model import LOCALITY, Encode, FieldModel
from slmapps_invoices.coding.ranker import Around, Perceptron, Ranker, log_softmax

__all__ = ["Cases", "Client", "rehearse", "rehearse_lists", "train", "write_card"]

Floats = NDArray[np.float32]
HISTORIES = (0, 10, 50, 250, 1000, 4000, 15000, 40000)
CANDIDATES = 48
PROMISING = 32
_TEXT = [8, 9, 12, 13, 14, 15, 42, 44]
# What a client may lack altogether: by account, by line. Hidden at random, so that the ranker
# leans on none of them blindly.
_LACKING: tuple[tuple[list[int], list[int]], ...] = (
    ([24, 25], [12]),
    ([10, 11, 20, 21, 22, 23], [5, 10, 11]),
    ([30, 31, 32, 33], []),
    ([16, 17, 18, 19], [8, 9]),
    (_TEXT, [4, 6, 7, 18]),
    ([34, 35], [16, 22]),
    ([36, 37], [23]),
    ([40], [21]),
    ([41, 43], []),
)


@dataclass
class Client:
    """One client's lines in their order, the index of each line's account, and its chart."""

    lines: pd.DataFrame
    y: NDArray[np.int64]
    names: list[str]
    groups: list[str]

    @classmethod
    def read(cls, folder: Path) -> Client:
        """Read ``lines_older.csv.gz``, ``lines.csv.gz`` and ``chart.csv``."""
        parts = [
            pd.read_csv(folder / name, dtype=str, keep_default_na=False)
            for name in ("lines_older.csv.gz", "lines.csv.gz")
            if (folder / name).exists()
        ]
        lines = pd.concat(parts, ignore_index=True)
        lines = lines.sort_values(["date", "line_id"], kind="stable", ignore_index=True)
        chart = pd.read_csv(folder / "chart.csv", dtype=str, keep_default_na=False)
        index = {account: i for i, account in enumerate(chart["account"])}
        y = lines["account"].map(lambda account: index.get(account, -1)).to_numpy(np.int64)
        lines = lines[y >= 0].reset_index(drop=True)
        return cls(lines, y[y >= 0], chart["name"].tolist(), chart["group"].tolist())

    def model(self, encode: Encode) -> FieldModel:
        """A model of this client's chart that has learnt nothing."""
        return FieldModel(self.names, self.groups, encode)

    def part(self, start: int, stop: int) -> tuple[Lines, NDArray[np.int64]]:
        """Some of the lines, and their accounts."""
        return read_lines_frame(self.lines.iloc[start:stop]), self.y[start:stop]


@dataclass
class Cases:
    """Candidates of lines: ``a`` ``(n, K, F)``, ``b`` ``(n, G)``, the place of the true one.

    ``kind`` groups the cases by how they were rehearsed, so that each kind counts the same.
    ``offset`` ``(n, K)`` is what a candidate drawn at random adds to its logit, for those it
    stands for; very low where there is no candidate.
    """

    a: list[NDArray[np.float16]] = field(default_factory=list)
    b: list[NDArray[np.float16]] = field(default_factory=list)
    y: list[int] = field(default_factory=list)
    offset: list[NDArray[np.float32]] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)

    def add(self, a: Floats, b: Floats, y: NDArray[np.int64], promising: Floats, kind: int) -> None:
        """Keep the most promising candidates of each line, some others, and the true one.

        Without the others the true account would be the only unlikely one among the likely, and
        a ranker learns to pick what does not belong.
        """
        rng = np.random.default_rng(len(self.y))
        lines, accounts, width = a.shape
        first = min(PROMISING, accounts)
        for row in range(lines):
            order = np.argsort(-promising[row])
            top, rest = order[:first], order[first:]
            drawn = rng.permutation(rest)[: CANDIDATES - PROMISING]
            stands_for = np.log(len(rest) / max(len(drawn), 1)) if len(rest) else 0.0
            chosen = np.concatenate([top, drawn])
            offset = np.full(CANDIDATES, -1e4, np.float32)
            offset[: len(chosen)] = 0
            offset[first : len(chosen)] = stands_for
            if y[row] not in chosen:
                chosen[-1] = y[row]
            place = int(np.flatnonzero(chosen == y[row])[0])
            offset[place] = 0
            kept = np.zeros((CANDIDATES, width), np.float16)
            kept[: len(chosen)] = a[row, chosen]
            self.a.append(kept)
            self.b.append(b[row].astype(np.float16))
            self.y.append(place)
            self.offset.append(offset)
            self.kind.append(kind)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything as arrays A, B, Y, O, R."""
        lists = {"A": self.a, "B": self.b, "Y": self.y, "O": self.offset, "R": self.kind}
        return {name: np.array(values) for name, values in lists.items()}


def _promising(a: Floats) -> Floats:
    """A rough order of the candidates, so that the telling ones are kept."""
    weights = {0: 2, 1: 3, 16: 1, 17: 1, 35: 3, 37: 2, 40: 1, 41: 0.3, 42: 0.3, 46: 0.05}
    score = a[:, :, LOCALITY].sum(axis=2)
    for column, weight in weights.items():
        score = score + weight * a[:, :, column]
    return np.asarray(score + np.random.default_rng(0).random(score.shape) * 1e-3, np.float32)


def rehearse(client: Client, encode: Encode, seed: int = 7) -> Cases:
    """Replay a client line by line and in lists; the cases of the first pass."""
    cases, rng, total = Cases(), np.random.default_rng(seed), len(client.y)
    departments = client.lines["department"].value_counts()
    large = departments[departments > 2500].index
    for run in range(3):
        ours = client
        if run != 1 and len(large) > 1:
            kept = (client.lines["department"] == rng.choice(large)).to_numpy()
            frame = client.lines[kept].reset_index(drop=True)
            ours = Client(frame, client.y[kept], client.names, client.groups)
        count = min(700, len(ours.y) // 2)
        start = int(rng.integers(0, max(1, len(ours.y) - count)))
        lines, y = ours.part(start, start + count)
        model = ours.model(encode)
        for row in range(count):
            line = lines.take(slice(row, row + 1))
            if row < 400 or row % 3 == 0:
                a, b = candidate_features(model.memory, model.labels, line, model.sources(line))
                cases.add(a, b, y[row : row + 1], _promising(a), 0 if row < 100 else 1)
            model.learn(line, y[row : row + 1])
    for model, lines, y, kind in _lists(client, encode, rng, total, HISTORIES):
        for start in range(0, len(y), 200):
            part = lines.take(slice(start, min(start + 200, len(y))))
            a, b = candidate_features(model.memory, model.labels, part, model.sources(part))
            if start:
                a[:, :, LOCALITY] = 0
            cases.add(a, b, y[start : start + 200], _promising(a), kind)
    return cases


def _lists(
    client: Client,
    encode: Encode,
    rng: np.random.Generator,
    total: int,
    histories: Sequence[int],
) -> Iterator[tuple[FieldModel, Lines, NDArray[np.int64], int]]:
    for history in histories:
        if history > total * 0.8:
            continue
        for _ in range(2 if history < 5000 else 1):
            model = client.model(encode)
            start = int(rng.integers(0, max(1, total - history - 3000)))
            if history:
                model.learn(*client.part(start, start + history))
            room = max(1, min(20000, total - start - history - 700))
            gap = 0 if rng.random() < 0.6 else int(rng.integers(0, room))
            first = start + history + gap
            lines, y = client.part(first, first + (400 if history < 5000 else 1500))
            if len(y):
                yield model, lines, y, 2 if history < 300 else 3 if history < 5000 else 4


def rehearse_lists(client: Client, encode: Encode, alone: Perceptron, seed: int = 11) -> Cases:
    """Code lists with the first pass and look around: the cases of the second pass."""
    cases, rng = Cases(), np.random.default_rng(seed)
    histories = (0, 250, 4000, 40000)
    for model, lines, y, kind in _lists(client, encode, rng, len(client.y), histories):
        model.ranker = Ranker(alone, alone, {})
        log_p = log_softmax(
            np.concatenate(
                [
                    model.alone(lines.take(slice(i, min(i + 256, len(y)))), i)
                    for i in range(0, len(y), 256)
                ]
            )
        )
        a, b = Around(log_p, lines).rows(0, len(y))
        cases.add(a, b, y, a[:, :, 1] + a[:, :, 2:7].sum(axis=2) + a[:, :, 0] * 0.05, kind)
    return cases


CARD = """\
# The ranker of the invoices desk

| | |
|---|---|
| what | two listwise rankers of candidates, {parameters:,} parameters in all; numpy at run time |
| in | how each account of a chart relates to a line: `coding/features.py`, `coding/ranker.py` |
| out | a probability for each account, calibrated afterwards on the client's own history |
| stands on | the shared reader, all-MiniLM-L6-v2 (Apache-2.0), frozen |
| rehearsed on | {clients} |
| command | `python -m slmapps_invoices.coding.training --data DATA --out MODEL --seed {seed}` |

The weights hold no supplier, no account and no text of any client: a candidate is seen only through
counts, shares, cosines and the client's own classifier, which is trained on the client's machine.

Sources: birmingham from fnsalinas/Purchase-Card-Transactions (MIT; published by Birmingham City
Council). All others from odileeds/council-spending-data: lists published by the bodies themselves
under the transparency rules for public spending, usually under the Open Government Licence v3.0;
that repository states no licence of its own.

Limits: nine British public bodies, eight of them without line texts; charts of 56 to 470 accounts.
Figures, each with the client left out of the rehearsals: `benchmarks/RESULTS.md`.
"""


class _Network(nn.Module):
    def __init__(self, by_account: int, by_line: int, first: int = 48, second: int = 24) -> None:
        super().__init__()
        self.account = nn.Linear(by_account, first, bias=False)
        self.line = nn.Linear(by_line, first)
        self.hidden = nn.Linear(first, second)
        self.out = nn.Linear(second, 1, bias=False)
        self.direct = nn.Linear(by_account, 1, bias=False)
        nn.init.zeros_(self.direct.weight)

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        """Logits ``(n, K)``."""
        x = torch.relu(self.account(a) + self.line(b)[:, None])
        x = torch.relu(self.hidden(x))
        scores: torch.Tensor = (self.out(x) + self.direct(a))[..., 0]
        return scores

    def weights(self) -> Perceptron:
        """The weights as the ranker keeps them."""
        state = {k: v.detach().numpy().astype(np.float32) for k, v in self.state_dict().items()}
        return Perceptron(
            {
                "account": state["account.weight"].T.copy(),
                "line": state["line.weight"].T.copy(),
                "bias1": state["line.bias"],
                "hidden": state["hidden.weight"].T.copy(),
                "bias2": state["hidden.bias"],
                "out": state["out.weight"][0],
                "direct": state["direct.weight"][0],
            }
        )


def _exchange(a: torch.Tensor, b: torch.Tensor) -> None:
    """Let the texts play the sellers' part, in place: few clients have texts, some nothing else.

    A text that recurs is to a line what its seller is: it says what was bought.
    """
    one, two = [0, 1, 2, 3, 41, 43], [12, 13, 14, 15, 42, 44]
    a[:, :, one + two] = a[:, :, two + one]
    empty = a[:, :, [0, 2]].abs().sum() == 0
    if empty:  # a client without texts: its sellers count as texts, and stay
        a[:, :, one] = a[:, :, two]
    b[:, [0, 1, 6, 7]] = b[:, [6, 7, 0, 1]]
    if empty:
        b[:, [0, 1]] = b[:, [6, 7]]
        a[:, :, [8, 9]] = a[:, :, [0, 1]]
        b[:, 4] = b[:, 0]
    b[:, 18] = 1


def train(
    clients: Sequence[dict[str, NDArray[Any]]],
    *,
    lacking: bool,
    steps: int = 2000,
    batch: int = 320,
    rate: float = 3e-3,
    seed: int = 0,
) -> Perceptron:
    """Listwise softmax over the candidates; every client and kind of rehearsal counts the same."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    network = _Network(clients[0]["A"].shape[2], clients[0]["B"].shape[1])
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=0.05)
    pools = [
        (cases, rows)
        for cases in clients
        for kind in range(5)
        if len(rows := np.flatnonzero(cases["R"] == kind)) > 50
    ]
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, step / 50) * (1 - step / steps)
        cases, rows = pools[rng.integers(len(pools))]
        rows = rng.choice(rows, batch)
        a = torch.tensor(cases["A"][rows].astype(np.float32))
        b = torch.tensor(cases["B"][rows].astype(np.float32))
        y = torch.tensor(cases["Y"][rows])
        if lacking:
            if rng.random() < 0.25:
                _exchange(a, b)
            for by_account, by_line in _LACKING:
                if rng.random() < 0.1:
                    a[:, :, by_account] = 0
                    b[:, by_line] = 0
        offset = torch.tensor(cases["O"][rows])
        logits = network(a, b) + offset
        loss = nn.functional.cross_entropy(logits, y)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
    return network.weights()


def main() -> None:
    """Train on the clients of a folder and write the ranker."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--leave-one-out", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    from slmapps.backbone import load_reader

    encode = load_reader().encode
    folders = sorted(
        folder
        for folder in options.data.iterdir()
        if (folder / "chart.csv").exists() and folder.name not in options.without
    )
    clients = {folder.name: Client.read(folder) for folder in folders}
    first = {name: rehearse(client, encode).arrays() for name, client in clients.items()}
    seed = options.seed
    alone = {name: train(_others(first, name), lacking=True, seed=seed) for name in clients}
    second = {
        name: rehearse_lists(client, encode, alone[name]).arrays()
        for name, client in clients.items()
    }
    if options.leave_one_out:
        for name in clients:
            among = train(_others(second, name), lacking=False, steps=1200, seed=seed)
            about = {"clients": sorted(set(clients) - {name}), "seed": seed, "layout": 1}
            Ranker(alone[name], among, about).save(options.out / name)
        return
    whole = Ranker(
        train(list(first.values()), lacking=True, seed=seed),
        train(list(second.values()), lacking=False, steps=1200, seed=seed),
        {"clients": sorted(clients), "seed": seed, "layout": 1},
    )
    whole.save(options.out)
    write_card(whole, options.out)


def write_card(ranker: Ranker, folder: Path) -> None:
    """Write the model card beside the weights."""
    parts = (ranker.alone, ranker.among)
    size = sum(value.size for part in parts for value in part.weights.values())
    names = ranker.about["clients"]
    clients = ", ".join(names) if isinstance(names, list) else ""
    card = CARD.format(parameters=size, clients=clients, seed=ranker.about["seed"])
    (folder / "README.md").write_text(card, encoding="utf-8")


def _others(cases: dict[str, dict[str, NDArray[Any]]], name: str) -> list[dict[str, NDArray[Any]]]:
    return [each for other, each in cases.items() if other != name]


if __name__ == "__main__":
    main()
