"""Jobs of customers, registered by importing their modules."""

from customers.jobs import standing

__all__ = ["standing"]
