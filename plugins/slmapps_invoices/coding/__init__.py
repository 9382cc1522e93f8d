"""How a line gets its account: memory, classifier, ranker, and how far they may be trusted."""
