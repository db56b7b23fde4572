"""Clinical audit. The floor is kept for it; nothing is here yet."""
