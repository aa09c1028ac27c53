"""What goes out of the house: rows that are claimed, sent once, and never sent again on a mere suspicion."""
