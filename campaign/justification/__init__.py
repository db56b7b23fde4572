"""Justification trainer. The floor is kept for it; nothing is here yet."""
