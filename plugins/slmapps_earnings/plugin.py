"""The hooks of the earnings desk. Nothing heavy is imported before it is used."""

from __future__ import annotations
