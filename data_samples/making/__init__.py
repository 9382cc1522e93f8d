"""How the samples are made; the samples themselves lie beside this folder."""
