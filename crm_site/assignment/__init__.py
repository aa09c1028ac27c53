"""Who gets it: rules in order, people with hours, capacity and absences, and a log of who got what and why.

The room knows no domain word. An app lets its records be assigned by an `AssignmentKind` (see `kinds.py`).
"""
