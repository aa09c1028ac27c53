"""Importing files: one engine for the page, the command line and the API."""
