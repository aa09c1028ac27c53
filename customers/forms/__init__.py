"""Forms of customers and of tasks."""

from customers.forms.customers import CustomerForm, NoteForm

__all__ = ["CustomerForm", "NoteForm"]
