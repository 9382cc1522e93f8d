"""The suite as it is served, its pages read by the stub tagger: for tests in a browser alone."""

from __future__ import annotations

import runpy

import pytest

from slmapps_ui import launch
from tests.invoices.page_files import Stub, reads_with

reads_with(pytest.MonkeyPatch(), Stub("total"))
runpy.run_path(str(launch.APP), run_name="__main__")
