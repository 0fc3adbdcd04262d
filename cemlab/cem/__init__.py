"""The customer's side (outside-in): what the journey was like."""
