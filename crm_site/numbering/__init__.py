"""Human numbers for documents, such as SO-2026-000123."""
