"""Pieces of pages that the back office, the chats and the customer's own pages share."""
