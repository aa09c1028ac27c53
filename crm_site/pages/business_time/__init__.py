"""The pages where business calendars are set up."""
