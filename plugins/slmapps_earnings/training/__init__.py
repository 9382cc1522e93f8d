"""How the desk's adapter and heads are made; needs torch, which serving does not."""
