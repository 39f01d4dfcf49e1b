"""Our load generator: what carrying a message costs on this machine."""
