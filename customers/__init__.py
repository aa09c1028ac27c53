"""Who the customers are, what happened with them, and what we may do."""
