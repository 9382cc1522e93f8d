"""How well lines are coded: the temporal split, the cold start, and the promise, beside baselines.

``python -m benchmarks.bench_coding --data FOLDER --rankers FOLDER [--only temporal|cold|start]``
FOLDER holds ``invoices/``. The rankers are made by ``python -m slmapps_invoices.coding.training
--data … --out FOLDER --leave-one-out``: each client is coded by one that has not seen it.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.coding_protocol import (
    CLIENTS,
    Linear,
    coverage_at,
    inputs,
    read_client,
    temporal_split,
)
from slmapps import places
from slmapps.backbone import load_reader
from slmapps_invoices.coder import Coder
from slmapps_invoices.coding.lines import read_lines_frame
from slmapps_invoices.coding.ranker import Ranker

SEGMENTS = (0, 25, 50, 100, 250, 500, 1000, 2000, 3000)


def top3(predictions: list[Any]) -> list[list[str]]:
    """The value and its runners-up of each prediction."""
    return [[p.value, *(a.value for a in p.alternatives)] for p in predictions]


def temporal(data: Path, client: str, rankers: Path) -> dict[str, Any]:
    """One client's temporal split, coder and baseline on the same lines."""
    split = temporal_split(data, client)
    truth, unseen = split.test["account"].to_numpy(), split.unseen
    coder = Coder(split.chart, ranker=Ranker.load(rankers / client), budget=0.05)
    begun = time.perf_counter()
    coder.learn(inputs(split.train), split.train["account"].tolist())
    learnt = time.perf_counter()
    said = coder.predict(inputs(split.test))
    done = time.perf_counter()
    guess = np.array([p.value for p in said])
    right = guess == truth
    right3 = np.array([t in each for t, each in zip(truth, top3(said), strict=True)])
    confidence = np.array([p.confidence for p in said])
    taken = np.array([p.status.value == "accepted" for p in said])
    # A list has an order and a line has neighbours; the last figure is each line by itself.
    few = np.random.default_rng(0).choice(len(truth), min(2000, len(truth)), replace=False)
    lines = read_lines_frame(inputs(split.test))
    model = coder.model("account")
    singly = np.concatenate(
        [
            model.alone(lines.take(few[i : i + 256]), 1).argmax(axis=1)
            for i in range(0, len(few), 256)
        ]
    )
    alone = np.array([coder.values["account"][i] for i in singly]) == truth[few]
    base = Linear().fit(split.train, split.train["account"].to_numpy())
    p = base.predict_proba(split.test)
    order = np.argsort(-p, axis=1)[:, :3]
    named = base.model.classes_[order]
    base_right = named[:, 0] == truth
    accepted_error = float(1 - right[taken].mean()) if taken.any() else 0.0
    return {
        "client": client,
        "train": len(split.train),
        "test": len(split.test),
        "unseen": float(unseen.mean()),
        "top1": float(right.mean()),
        "base_top1": float(base_right.mean()),
        "top3": float(right3.mean()),
        "base_top3": float((named == truth[:, None]).any(axis=1).mean()),
        "unseen_top1": float(right[unseen].mean()),
        "base_unseen_top1": float(base_right[unseen].mean()),
        "unseen_top3": float(right3[unseen].mean()),
        "alone_top1": float(alone.mean()),
        "alone_unseen_top1": float(alone[unseen[few]].mean()),
        "coverage": float(taken.mean()),
        "observed_error": accepted_error,
        "stated_error": coder.report()["expected_error"],
        "oracle_coverage": coverage_at(confidence, right, 0.95),
        "base_oracle_coverage": coverage_at(p.max(axis=1), base_right, 0.95),
        "learn_seconds": learnt - begun,
        "predict_seconds": done - learnt,
    }


class Bayes:
    """Online naive Bayes over the words of supplier, text and department."""

    def __init__(self) -> None:
        self.words: dict[str, Counter[str]] = defaultdict(Counter)
        self.total: Counter[str] = Counter()
        self.prior: Counter[str] = Counter()
        self.vocabulary: set[str] = set()

    @staticmethod
    def tokens(row: dict[str, str]) -> list[str]:
        """Words with the field they stand in."""
        words = [f"s{w}" for w in row["supplier"].lower().split()]
        words += [f"S{row['supplier'].lower()}", f"d{row['department'].lower()}"]
        return words + [f"t{w}" for w in row["text"].lower().split()]

    def best(self, row: dict[str, str]) -> list[str]:
        """Up to three accounts, best first."""
        tokens, size = self.tokens(row), len(self.vocabulary) + 1
        scores = {
            account: np.log(count)
            + sum(
                np.log((self.words[account][t] + 0.1) / (self.total[account] + 0.1 * size))
                for t in tokens
            )
            for account, count in self.prior.items()
        }
        return sorted(scores, key=lambda a: -scores[a])[:3]

    def learn(self, row: dict[str, str], account: str) -> None:
        """Count one line."""
        tokens = self.tokens(row)
        self.words[account].update(tokens)
        self.total[account] += len(tokens)
        self.prior[account] += 1
        self.vocabulary.update(tokens)


def streams(
    data: Path, starts: int, count: int
) -> list[tuple[str, str, pd.DataFrame, pd.DataFrame]]:
    """(name, client, lines, chart): Birmingham as its three largest directorates."""
    rng, out = np.random.default_rng(0), []
    for client in CLIENTS[:-1]:
        lines, chart = read_client(data / "coding" / client)
        lines = lines[lines["account"].isin(set(chart["account"]))]
        parts = {client: lines}
        if client == "birmingham":
            largest = lines["department"].value_counts().index[:3]
            parts = {f"{client}: {d}": lines[lines["department"] == d] for d in largest}
        for name, part in parts.items():
            for _ in range(starts):
                start = int(rng.integers(0, max(1, len(part) - count)))
                out.append((name, client, part.iloc[start : start + count], chart))
    return out


def cold(data: Path, rankers: Path, starts: int, count: int) -> dict[str, Any]:
    """Code a line, then see the bookkeeper's code; nothing known at first but the chart."""
    hits: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    seconds = 0.0
    for name, client, frame, chart in streams(data, starts, count):
        coder = Coder(chart, ranker=Ranker.load(rankers / client))
        model, values = coder.model("account"), coder.values["account"]
        index = {account: i for i, account in enumerate(values)}
        lines = read_lines_frame(inputs(frame))
        rows = frame[["supplier", "text", "department"]].to_dict("records")
        accounts = frame["account"].tolist()
        bayes, last, by = Bayes(), {}, defaultdict(Counter)
        got: dict[str, list[float]] = defaultdict(list)
        for i, (row, account) in enumerate(zip(rows, accounts, strict=True)):
            line = lines.take(slice(i, i + 1))
            begun = time.perf_counter()
            order = np.argsort(-model.log_proba(line, coder.allowed)[0])[:3]
            seconds += time.perf_counter() - begun
            guess = [values[int(k)] for k in order]
            got["coder top-1"].append(guess[0] == account)
            got["coder top-3"].append(account in guess)
            naive = bayes.best(row)
            got["naive Bayes top-1"].append(naive[:1] == [account])
            got["naive Bayes top-3"].append(account in naive)
            key = row["supplier"].lower()
            got["last of supplier"].append(last.get(key) == account)
            most = by[key].most_common(1)
            got["supplier majority"].append(bool(most) and most[0][0] == account)
            begun = time.perf_counter()
            model.learn(line, np.array([index[account]]))
            seconds += time.perf_counter() - begun
            bayes.learn(row, account)
            last[key] = account
            by[key][account] += 1
        for what, values_ in got.items():
            hits[what].append(np.array(values_, float))
        print(name, {w: round(float(v[-1][:25].mean()), 2) for w, v in hits.items()}, flush=True)
    table = {
        what: [
            float(np.nanmean([run[a:b].mean() if len(run) > a else np.nan for run in runs]))
            for a, b in pairwise(SEGMENTS)
            if a < count
        ]
        for what, runs in hits.items()
    }
    done = sum(len(run) for run in hits["coder top-1"])
    return {"segments": list(SEGMENTS), "accuracy": table, "ms_a_line": 1000 * seconds / done}


def start(data: Path, rankers: Path) -> dict[str, Any]:
    """A department as a new client: 0, 10, 50, 250 lines of history, then 1,000 at once."""
    out: dict[str, list[list[float]]] = defaultdict(list)
    for client in CLIENTS:
        lines, chart = read_client(data / "coding" / client)
        lines = lines[lines["account"].isin(set(chart["account"]))]
        counts = lines["department"].value_counts()
        large = counts[counts >= 3000].index
        if not len(large):
            continue
        part = lines[lines["department"] == large[len(large) // 2]]
        begin = len(part) // 2
        year = part.iloc[max(0, begin - 2500) : begin + 1500]["account"]
        ours = chart[chart["account"].isin(set(year))]
        test = part.iloc[begin : begin + 1000]
        for history in (0, 10, 50, 250):
            coder = Coder(ours, ranker=Ranker.load(rankers / client))
            past = part.iloc[begin - history : begin]
            if history:
                coder.learn(inputs(past), past["account"].tolist())
            got = top3(coder.predict(inputs(test)))
            truth = test["account"].tolist()
            one = float(np.mean([g[0] == t for g, t in zip(got, truth, strict=True)]))
            three = float(np.mean([t in g for g, t in zip(got, truth, strict=True)]))
            by: dict[str, Counter[str]] = defaultdict(Counter)
            for supplier, account in zip(past["supplier"], past["account"], strict=True):
                by[supplier][account] += 1
            common = Counter(past["account"]).most_common(1)
            base = [
                (by[s].most_common(1) or common or [("", 0)])[0][0] == t
                for s, t in zip(test["supplier"], truth, strict=True)
            ]
            out[str(history)].append([one, three, float(np.mean(base))])
    return {history: np.mean(rows, axis=0).tolist() for history, rows in out.items()}


def main() -> None:
    """Run what is asked for and print one JSON object a result."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default=None)
    parser.add_argument("--rankers", type=Path, required=True)
    parser.add_argument("--only", choices=("temporal", "cold", "start"), default=None)
    parser.add_argument("--clients", nargs="*", default=list(CLIENTS))
    parser.add_argument("--starts", type=int, default=4)
    parser.add_argument("--lines", type=int, default=3000)
    options = parser.parse_args()
    data = places.data(options.data) / "invoices"
    load_reader()
    if options.only in {None, "temporal"}:
        for client in options.clients:
            print(json.dumps(temporal(data, client, options.rankers)), flush=True)
    if options.only in {None, "start"}:
        print(json.dumps(start(data, options.rankers)), flush=True)
    if options.only in {None, "cold"}:
        print(json.dumps(cold(data, options.rankers, options.starts, options.lines)), flush=True)


if __name__ == "__main__":
    main()
