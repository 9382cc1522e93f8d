"""Invoices that are pages and no data: words with boxes in, fields and lines out."""
