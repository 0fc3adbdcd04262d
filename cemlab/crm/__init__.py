"""The company's side (inside-out): what a dashboard of cases and costs shows."""
