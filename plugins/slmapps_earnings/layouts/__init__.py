"""The layouts that transcripts come in, one module a layout; ``choice`` finds the one that fits."""
