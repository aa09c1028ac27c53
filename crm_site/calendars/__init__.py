"""Business time: calendars of opening hours and holidays, and the arithmetic over them."""
