"""Envelopes with Chinese algorithms around gateway bodies: one platform's, for compatibility, and one of our own."""
