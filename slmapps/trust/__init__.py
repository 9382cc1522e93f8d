"""How far the models may be trusted: calibration, abstention, reliability, drift, explanation."""

from __future__ import annotations

from slmapps.trust.abstention import ErrorReport, Threshold, budget_threshold, error_report
from slmapps.trust.calibration import Calibrator, fit_calibrator
from slmapps.trust.reliability import Bin, expected_calibration_error, reliability_curve

__all__ = [
    "Bin",
    "Calibrator",
    "ErrorReport",
    "Threshold",
    "budget_threshold",
    "error_report",
    "expected_calibration_error",
    "fit_calibrator",
    "reliability_curve",
]
