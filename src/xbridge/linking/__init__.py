"""Linking: which two accounts belong to one person, proved and never guessed.  Knows no provider, consent or token."""
