"""The pages of assignment: rules in order, people with their hours and absences, and the log."""
