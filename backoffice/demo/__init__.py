"""The demo: a shop that sells phones in Saudi Arabia, its people, and 90 days of tickets, all made by operations."""
