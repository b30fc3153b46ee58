"""The web parts of a service."""
