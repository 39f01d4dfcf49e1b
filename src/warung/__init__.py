"""warung: a durable log of cards per conversation, and everything that stands on it."""

__version__ = "0.1.0"
