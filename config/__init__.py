"""The composition root: settings, urls, processes and the embedded services."""
