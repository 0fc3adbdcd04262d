"""For the class: predictions that are kept, and exercises that answer at once."""
