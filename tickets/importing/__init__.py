"""Tickets of another system, with their history, read from a file (docs/importing.md)."""
