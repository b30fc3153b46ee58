"""Token exchange: what an access token says, and how it is checked.  Knows no consent record and no store."""
