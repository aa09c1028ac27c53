"""What happened: events, their handlers, and the outbox that carries the ones after commit.

Public names are in the modules `base`, `publishing`, `handling` and `verbs`; models load with Django.
"""
