"""Keeping order: erasure, retention, checks and archives of what the store holds."""
