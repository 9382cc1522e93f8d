"""Setting a client up: the chart, the history, what exports must know."""
