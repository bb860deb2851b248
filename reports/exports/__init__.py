"""Files of tickets: Excel, PDF and CSV from the same rows, words and figures."""
