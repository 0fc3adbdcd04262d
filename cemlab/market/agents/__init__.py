"""The market with single people, on a network, with an event log."""
