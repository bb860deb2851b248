"""The inbox of agents: saved views, and who has read which ticket."""
