"""The buyer's own accounting reference on the invoice (BT-133 of the line, BT-19 of the whole).

Where it names an account of the client's chart it is suggested, with the rule as evidence. How sure
that is, is counted from what people said of such suggestions: it starts as if 19 of 20 had been
right, so within a budget of 2 % it has to prove itself first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from slmapps.records import Alternative, Evidence, EvidenceKind, Prediction, Span, Status

if TYPE_CHECKING:
    from slmapps.workspace import CorrectionRow

__all__ = ["MODEL", "named_account", "rate", "suggested"]

MODEL = "buyer-account"
_PRIOR_RIGHT, _PRIOR = 19, 20


def rate(rows: Iterable[CorrectionRow]) -> float:
    """Give the share of such suggestions that people found right, with the prior mixed in."""
    right, total = _PRIOR_RIGHT, _PRIOR
    for row in rows:
        if row.prediction.model == MODEL and row.correction.field == "account":
            total += 1
            right += row.correction.value == row.prediction.value
    return right / total


def named_account(
    invoice: Mapping[str, Any], number: int, accounts: Mapping[str, str]
) -> tuple[str, str] | None:
    """Give the account that line ``number`` names, and the place of the reference in the invoice.

    ``accounts`` gives the account for every code and name that counts, in lower case.
    """
    stated = (
        (invoice["lines"][number]["buyer_account"], f"lines[{number}].buyer_account"),
        (invoice["buyer_account"], "buyer_account"),
    )
    for reference, place in stated:
        account = accounts.get(reference.strip().casefold())
        if account is not None:
            return account, place
    return None


def suggested(
    account: str,
    place: str,
    invoice: Mapping[str, Any],
    model: Prediction,
    sure: float,
    budget: float,
) -> Prediction:
    """Put the named account first and what the model says behind it."""
    term = "BT-133" if place.startswith("lines") else "BT-19"
    span = invoice["places"].get(place)
    rule = Evidence(
        kind=EvidenceKind.RULE,
        text=f"The invoice carries the buyer's own account reference {account} ({term}).",
        value=account,
        span=None if span is None else Span.model_validate(span),
    )
    agrees = model.value == account
    others = [
        *([] if model.value is None else [(model.value, model.confidence)]),
        *((each.value, each.confidence) for each in model.alternatives),
    ]
    left = 1 - sure
    confidence = max(sure, model.confidence) if agrees else sure
    # How sure the model is says nothing of the budget; whether it accepts does.
    accepted = sure >= 1 - budget or (agrees and model.status is Status.ACCEPTED)
    return Prediction(
        field="account",
        value=account,
        confidence=confidence,
        alternatives=tuple(
            Alternative(value=value, confidence=min(chance, left))
            for value, chance in others
            if value != account
        )[:2],
        evidence=(rule, *(model.evidence if agrees else ())),
        status=Status.ACCEPTED if accepted else Status.REVIEW,
        reason="" if accepted else "the buyer's reference still has to prove itself",
        model=MODEL,
        version="1",
        fingerprint=model.fingerprint,
    )
