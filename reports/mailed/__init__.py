"""Reports that are made again and again and mailed: each saved question has its day, and its file comes once."""
