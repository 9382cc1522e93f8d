"""What the earnings desk's model reaches on sentences that it never saw, beside plain baselines.

    python -m benchmarks.bench_earnings [--data FOLDER] [--json]

Test sentences are those of ``training/sentences/test_*.tsv``: another author, other firms and
sectors, never trained on, never chosen by. Baselines learn from the same training material in the
same run: TF-IDF of words and letters with logistic regression, and a small lexicon.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "2")

import numpy as np

from slmapps import places
from slmapps.cli.output import say, table
from slmapps.trust import expected_calibration_error
from slmapps_earnings.figures import marked
from slmapps_earnings.scorer import load_scorer
from slmapps_earnings.training.examples import FOLDER
from slmapps_earnings.training.making import development, macro_f1, material

TESTS = ("test_news", "test_calls")
GOOD = set(
    [
        "rose",
        "grew",
        "increased",
        "improved",
        "strong",
        "growth",
        "record",
        "gain",
        "gains",
        "higher",
        "up",
        "won",
        "beat",
        "raised",
        "profit",
        "better",
        "exceeded",
        "narrowed",
        "strength",
        "recovery",
        "upgrade",
        "awarded",
        "expanded",
    ]
)
BAD = set(
    [
        "fell",
        "declined",
        "decreased",
        "weak",
        "loss",
        "losses",
        "lower",
        "down",
        "missed",
        "cut",
        "cuts",
        "lost",
        "worse",
        "warning",
        "strike",
        "recall",
        "delay",
        "delays",
        "layoffs",
        "closure",
        "impairment",
        "downgrade",
        "widened",
        "shrank",
    ]
)


def lexicon(texts: list[str]) -> np.ndarray:
    """Good words less bad ones, as 0, 1, 2."""
    sums = [
        sum((w in GOOD) - (w in BAD) for w in text.lower().replace(",", " ").split())
        for text in texts
    ]
    return np.sign(sums).astype(int) + 1


def linear(learn: list[Any], texts: list[str]) -> np.ndarray:
    """TF-IDF of words and letters under a logistic regression, as 0, 1, 2."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    model = make_pipeline(
        make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=3),
        ),
        LogisticRegression(C=10, max_iter=300),
    )
    model.fit([each.text for each in learn], [each.sentiment for each in learn])
    said: np.ndarray = model.predict(texts)
    return said


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="the folder that holds earnings/; else SLMAPPS_DATA")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    data = places.data(given.data) / "earnings"
    learn, _ = material(data, generated=4000, hold_out=False)
    scorer = load_scorer()
    rows: list[dict[str, Any]] = []
    found: dict[str, Any] = {"sentiment": rows}
    chances: list[np.ndarray] = []
    truths: list[np.ndarray] = []
    for name in TESTS:
        examples = development([name])
        for label, part in (("all", examples), ("sure", [e for e in examples if e.sure])):
            texts = [each.text for each in part]
            truth = [each.sentiment for each in part]
            scores = scorer.score(texts)
            rows.append(
                {
                    "set": f"{name}, {label}",
                    "n": len(part),
                    "model": macro_f1(truth, scores.sentiment.argmax(axis=1)),
                    "model, unmarked": macro_f1(
                        truth,
                        scorer.scores_of(scorer.reader.encode(texts)).sentiment.argmax(axis=1),
                    ),
                    "TF-IDF": macro_f1(truth, linear(learn, texts)),
                    "lexicon": macro_f1(truth, lexicon(texts)),
                }
            )
            if label == "all":
                chances.append(scores.sentiment)
                truths.append(np.array(truth))
    p, y = np.concatenate(chances), np.concatenate(truths)
    found["ECE"] = expected_calibration_error(p.max(axis=1), p.argmax(axis=1) == y, bins=10)
    calls = development(["test_calls"])
    scores = scorer.score([each.text for each in calls])
    from sklearn.metrics import f1_score

    flags = np.array([each.flags for each in calls])
    for place, name in enumerate(("forward", "uncertain", "guidance")):
        said = getattr(scores, name) >= 0.5
        found[f"{name}, F1"] = float(f1_score(flags[:, place], said))
    topics = np.zeros((len(calls), len(scores.topic_names)), bool)
    for row, each in enumerate(calls):
        topics[row, list(each.topics or ())] = True
    found["topics, micro F1"] = float(f1_score(topics, scores.topics >= 0.5, average="micro"))
    gaps = []
    for line in (FOLDER / "swaps.tsv").read_text("utf-8").splitlines():
        text, one, other = line.split("\t")
        pair = [text.format(**json.loads(fill)) for fill in (one, other)]
        tone = scorer.score(pair).sentiment
        gaps.append(abs((tone[0, 2] - tone[0, 0]) - (tone[1, 2] - tone[1, 0])))
    found["names swapped, mean change of tone"] = float(np.mean(gaps))
    fresh = [marked(f"{each.text} {n}") for n in range(3) for each in calls]
    started = time.perf_counter()
    scorer.scores_of(scorer.reader._encoded(fresh))  # noqa: SLF001 - past the cache
    found["sentences a second, all heads"] = len(fresh) / (time.perf_counter() - started)
    if given.json:
        print(json.dumps(found, indent=1))
        return
    columns = list(rows[0])
    table(columns, [[f"{v:.3f}" if isinstance(v, float) else v for v in r.values()] for r in rows])
    for name, value in found.items():
        if name != "sentiment":
            say(f"{name}: {value:.4f}")


if __name__ == "__main__":
    main()
