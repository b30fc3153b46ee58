"""Consent: what was shown, who agreed, until when.  Knows no store, no policy and no token."""
