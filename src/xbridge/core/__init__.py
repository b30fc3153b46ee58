"""The cellar: errors, values, effects and ports that every other floor stands on.  Imports nothing of ours."""
