"""What customers, their consents, segments and tasks add to the shell: rail, palette, commands, panels and Today."""

from customers.panels import consents, customers, segments, tasks

__all__ = ["consents", "customers", "segments", "tasks"]
