"""What sales works out from texts."""
