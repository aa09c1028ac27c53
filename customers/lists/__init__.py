"""Lists of customers, of their consents, of segments and of tasks."""

from customers.lists.consents import consent_list
from customers.lists.customers import customer_list, organisation_list
from customers.lists.segments import segment_list
from customers.lists.tasks import task_list

__all__ = ["consent_list", "customer_list", "organisation_list", "segment_list", "task_list"]
