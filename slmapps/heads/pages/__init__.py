"""The page tagger: what each word on a page is, by what it says, where it stands, and beside what.

Served in numpy; torch is needed for training alone (:mod:`slmapps.heads.pages.training`).
"""

from __future__ import annotations

from slmapps.heads.pages.features import Features, page_features
from slmapps.heads.pages.tagger import PageTagger, Tagged

__all__ = ["Features", "PageTagger", "Tagged", "page_features"]
