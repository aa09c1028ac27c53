"""Pages of the history: what was changed on a record, operations and their undo, and the trash."""
