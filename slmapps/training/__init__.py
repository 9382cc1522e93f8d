"""Training: corpora, packing, the loop, pruning, evaluation and model cards."""
