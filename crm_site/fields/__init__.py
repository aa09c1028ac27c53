"""Custom fields: what an administrator adds to records without a migration."""
