"""From signs to probabilities: what is said is what happens, and what no sum proves is not taken."""

from __future__ import annotations

import math

import numpy as np
import pytest

from slmapps.records import Problem, Severity
from slmapps.trust import expected_calibration_error
from slmapps_invoices.pages import shipped
from slmapps_invoices.pages.confidence import Case, Confidence, Signs, fit, kind_of
from slmapps_invoices.records import Invoice


def cases(count, seed):
    """Values that are right as often as their share says, wrong more often where mended."""
    dice = np.random.default_rng(seed)
    made = []
    for number in range(count):
        share, mended = float(dice.uniform(0.3, 1.0)), bool(dice.random() < 0.2)
        key = ("number", "total", "lines[3].net")[number % 3]
        right = dice.random() < share * (0.5 if mended else 1.0)
        made.append(Case(key, Signs(share, mended=mended, proved=key == "total"), bool(right)))
    return made


def test_confidences_are_calibrated_on_documents_that_were_not_seen():
    fitted = fit(cases(3000, 1), cases(3000, 2))
    fresh = cases(4000, 3)
    stated = [fitted.of(case.key, case.signs) for case in fresh]
    right = [case.right for case in fresh]
    assert expected_calibration_error(stated, right) < 0.03
    plain = [case.signs.share for case in fresh]
    assert expected_calibration_error(stated, right) < expected_calibration_error(plain, right)
    assert fitted.of("number", Signs(0.9)) > fitted.of("number", Signs(0.9, mended=True))


def test_the_budget_is_kept_and_a_wider_one_accepts_more():
    fitted = fit(cases(3000, 1), cases(3000, 2))
    fresh = cases(4000, 3)
    taken = {}
    for budget in (0.05, 0.2):
        least = fitted.threshold(budget)
        own = [case for case in fresh if fitted.of(case.key, case.signs) >= least]
        taken[budget] = len(own)
        wrong = sum(not case.right for case in own)
        assert wrong <= (budget + 0.03) * max(len(own), 1)
    assert taken[0.05] < taken[0.2]


def test_it_is_kept_as_json_and_read_back_the_same(tmp_path):
    fitted = fit(cases(600, 1), cases(600, 2))
    fitted.save(tmp_path / "confidence.json")
    again = Confidence.load(tmp_path / "confidence.json")
    for case in cases(50, 4):
        assert again.of(case.key, case.signs) == pytest.approx(
            fitted.of(case.key, case.signs), abs=1e-3
        )
    assert again.threshold(0.2) == pytest.approx(fitted.threshold(0.2), abs=1e-4)


def test_without_a_fit_the_share_stands_and_nothing_is_accepted():
    assert Confidence().of("total", Signs(0.7)) == 0.7
    assert math.isinf(Confidence().threshold(0.02))


@pytest.mark.parametrize(
    ("key", "kind"),
    [("total", "total"), ("lines[12].unit_price", "line unit_price"), ("taxes[0].base", "tax row")],
)
def test_values_of_one_kind_err_alike(key, kind):
    assert kind_of(key) == kind


def test_sums_without_a_proof_are_not_accepted_however_sure(monkeypatch):
    monkeypatch.setattr(shipped, "_threshold", lambda _budget: 0.9)
    invoice = Invoice(confidences={"number": 0.99, "total": 0.999, "net": 0.5})
    assert shipped.accepts(invoice, []) == {"number", "total"}
    warning = Problem(code="total-unproved", message="", severity=Severity.WARNING)
    assert shipped.accepts(invoice, [warning]) == {"number"}
    note = Problem(code="page-recognised", message="", severity=Severity.INFO)
    assert shipped.accepts(invoice, [note]) == {"number", "total"}
