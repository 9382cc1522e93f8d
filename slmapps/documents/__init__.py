"""Files in: what a file is, and everything that can be lifted out of it without a model.

``open_document`` is the one way in. Everything it is given is hostile until read: a file over a
limit, broken, encrypted or of an unknown kind gives a Problem with its cure, never an exception.
"""

from __future__ import annotations

from slmapps.documents.limits import Limits
from slmapps.documents.opening import open_document

__all__ = ["Limits", "open_document"]
