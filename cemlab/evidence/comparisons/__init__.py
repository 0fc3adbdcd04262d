"""A series before and after an event, or a unit beside others that the event did not meet."""
