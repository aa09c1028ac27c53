"""Public web forms: built in the product, filled in by strangers, handed to whichever app has a target for them.

This room knows no word of the domain: apps register a `FormTarget`, which says what a form can ask for and what
becomes of an answer.
"""
