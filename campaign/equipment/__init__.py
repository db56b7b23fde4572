"""Equipment inventory and age. The floor is kept for it; nothing is here yet."""
