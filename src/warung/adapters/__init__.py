"""The two sides of every port: SQLite and PostgreSQL, the bus, the blobs."""
