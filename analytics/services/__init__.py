"""What analytics writes: facts, live counters, scores and values."""
