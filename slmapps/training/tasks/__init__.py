"""The task of writing to order, as examples that the writer learns from, and their judges."""
