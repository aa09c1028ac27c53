"""Forms of customers, of tasks, and of what people write on timelines."""

from customers.forms.customers import CustomerForm
from customers.forms.timeline import InteractionForm, ReplyForm, StreamForm

__all__ = ["CustomerForm", "InteractionForm", "ReplyForm", "StreamForm"]
