"""A small discrete-event model of warung on several nodes, fed with measured parts."""
