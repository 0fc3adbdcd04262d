"""What a desk for social media counts: mentions, conversations, who answered, and how it grows.

A mention is a word that others can hear or that asks the company for one: a customer's
contact or post (noted together, they are one), and what the customer or the public posts and
shares. All functions but `readers_needed` take an event log.
"""

from cemlab.cem.conversations._desk import open_follow_ups, roles
from cemlab.cem.conversations._readers import readers_needed
from cemlab.cem.conversations._threads import conversations
from cemlab.cem.conversations._voice import growth, mentions, share_of_voice

__all__ = [
    "conversations",
    "growth",
    "mentions",
    "open_follow_ups",
    "readers_needed",
    "roles",
    "share_of_voice",
]
