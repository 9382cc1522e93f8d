"""Small language models at work: the framework beneath the six desks."""

__version__ = "0.1.0"
