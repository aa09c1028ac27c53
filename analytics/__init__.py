"""Reads everything below it and hands its findings down."""
