"""The customers of the demo company, then what colleagues made of them and plan with them."""

from customers.demo import records, segments, talking, tasks, telling, web_form, wishes

__all__ = ["records", "segments", "talking", "tasks", "telling", "web_form", "wishes"]
