"""DRL check and CT dose repository. The floor is kept for them; nothing is here yet."""
