"""How far the models may be trusted: calibration, abstention, reliability, drift, explanation."""

from __future__ import annotations

from slmapps.trust.abstention import ErrorReport, Threshold, budget_threshold, error_report
from slmapps.trust.calibration import Calibrator, fit_calibrator
from slmapps.trust.drift import Week, accuracy_by_week, psi, psi_of_shares
from slmapps.trust.explanation import (
    DecidingWord,
    PastCase,
    deciding_words,
    nearest_cases,
    words_as_evidence,
)
from slmapps.trust.reliability import Bin, expected_calibration_error, reliability_curve

__all__ = [
    "Bin",
    "Calibrator",
    "DecidingWord",
    "ErrorReport",
    "PastCase",
    "Threshold",
    "Week",
    "accuracy_by_week",
    "budget_threshold",
    "deciding_words",
    "error_report",
    "expected_calibration_error",
    "fit_calibrator",
    "nearest_cases",
    "psi",
    "psi_of_shares",
    "reliability_curve",
    "words_as_evidence",
]
