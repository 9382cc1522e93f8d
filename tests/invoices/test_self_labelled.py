"""An invoice whose data is known labels its own pages, better than the tagger it asks."""

from __future__ import annotations

import numpy as np

from slmapps_invoices.pages import synthetic
from slmapps_invoices.pages.labels import LABELS
from slmapps_invoices.pages.self_labelled import labels_of
from tests.invoices.test_page_reading import Told, document


def test_the_data_corrects_a_tagger_that_errs():
    rights, befores = [], []
    for seed in range(2001, 2007):
        sample = synthetic.make(seed)
        pages = document(sample).pages
        tagged = Told(sample, wrong=0.2, seed=seed).tag(pages)
        found = np.concatenate(labels_of(pages, tagged, sample.invoice))
        truth = np.concatenate([[LABELS.index(name) for name in p.labels] for p in sample.pages])
        before = np.concatenate([each.shares.argmax(1) for each in tagged])
        assert (found >= 0).mean() > 0.6
        labelled = truth > 0
        rights.append((found == truth)[(found >= 0) & labelled])
        befores.append((before == truth)[labelled])
    # What is left to learn from is cleaner than what the tagger said of the same values.
    assert np.concatenate(rights).mean() > 0.93
    assert np.concatenate(befores).mean() < 0.85


def test_a_value_that_the_data_knows_to_be_another_loses_its_label():
    sample = synthetic.make(2001)
    pages = document(sample).pages
    tagged = Told(sample).tag(pages)
    other = sample.invoice.model_copy(update={"total": sample.invoice.total + 1})
    at = LABELS.index("total")
    before, after = (
        np.concatenate(labels_of(pages, tagged, invoice)) for invoice in (sample.invoice, other)
    )
    assert (before == at).any()
    assert not (after == at).any()
