"""Pages of forms: building them, what came in, and what strangers see."""
