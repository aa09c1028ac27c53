"""Page-shaped reads of analytics."""
