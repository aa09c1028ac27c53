"""The REST API: tokens, paging, errors and schema; every app brings its endpoints."""
