"""Coded invoices out: to accounting programs, plain-text ledgers, UBL, JSON and XLSX."""
