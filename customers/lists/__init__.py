"""Lists of customers, of segments and of tasks."""

from customers.lists.customers import customer_list, organisation_list
from customers.lists.segments import segment_list
from customers.lists.tasks import task_list

__all__ = ["customer_list", "organisation_list", "segment_list", "task_list"]
