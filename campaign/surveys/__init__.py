"""Surveys. The floor is kept for them; nothing is here yet."""
