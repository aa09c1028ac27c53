"""Pages of imports: the wizard, step by step."""
