"""Giving new work to agents by itself: the rules, and the worker's round."""
