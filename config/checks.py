"""System checks: settings that are unsafe or odd, each with an id and what to do about it."""
