"""History: who changed what from what to what, the trash, and undo of whole operations."""
