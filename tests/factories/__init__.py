"""Factories: a record of every model, valid by default."""
