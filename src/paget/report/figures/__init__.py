"""One figure per file; every function takes `ax=` and returns the axes it drew on."""
