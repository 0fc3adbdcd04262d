"""How a story spreads: replays, means, and what another policy changes."""
