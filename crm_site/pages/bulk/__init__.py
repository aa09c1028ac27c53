"""Bulk actions on lists: what is selected, what a change would do, doing it at once or as a job."""
