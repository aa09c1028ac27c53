"""How customers are served, and what they say about it."""
