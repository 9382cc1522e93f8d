"""Where a batch runs: in this process, in processes beside it, or on a Ray cluster."""

from slmapps.engine.run import BACKENDS, Backend, Progress, run

__all__ = ["BACKENDS", "Backend", "Progress", "run"]
