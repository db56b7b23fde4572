"""Register of accidental and unintended exposures. The floor is kept for it; nothing is here yet."""
