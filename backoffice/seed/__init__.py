"""Filling a database of any size for measuring: straight into the tables, past operations and audit."""
