"""The strongroom: canonical bytes, digests, keys, tokens, seals and signed records.  Imports nothing by itself."""
