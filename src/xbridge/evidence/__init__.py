"""Evidence: the bundle that a stranger checks offline, and the trust file that says whose signatures count."""
