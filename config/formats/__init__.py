"""How dates and times read: day, month, year in both languages."""
