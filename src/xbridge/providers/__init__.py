"""Identity providers, one file or package each; they never import each other."""
