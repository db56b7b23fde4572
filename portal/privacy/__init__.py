"""Export and erasure of a person's data. The floor is kept for it; nothing is here yet."""
