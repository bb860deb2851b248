"""One module a report: what it shows, and what the API answers of it."""
