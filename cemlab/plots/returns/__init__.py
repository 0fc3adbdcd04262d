"""Money: what a story costs, and what a return rests on."""
