"""Share prices around an event: one firm or many, other dates, other definitions, power."""
