"""The `renode` engine: real Renode as a child process, over its Robot server."""
