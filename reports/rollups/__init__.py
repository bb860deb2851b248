"""Ledgers counted beforehand by day and month, so that a report over a year reads few rows (docs/adr/0013)."""
