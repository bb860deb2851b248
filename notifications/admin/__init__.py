"""Notifications in the back office: the bell and one's own list."""
