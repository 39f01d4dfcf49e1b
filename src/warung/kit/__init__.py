"""The shared vocabulary of every domain: ids, clock, errors, cards, events and the ports to the database, the bus and the blobs."""
