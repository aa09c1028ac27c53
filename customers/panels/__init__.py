"""What customers, segments and tasks add to the shell: rail, palette, commands, panels and Today."""

from customers.panels import customers, segments, tasks

__all__ = ["customers", "segments", "tasks"]
