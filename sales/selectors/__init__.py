"""Page-shaped reads of sales."""
