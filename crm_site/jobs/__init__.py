"""Long work: runs that are joined, watched, cancelled, and survive the death of a worker."""
