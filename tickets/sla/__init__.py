"""Service levels: the business calendar and the clock of a ticket."""
