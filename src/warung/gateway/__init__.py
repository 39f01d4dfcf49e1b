"""The front door: HTTP and sockets on one port. Knows no domain; everything it serves is handed to it by `app.py`."""
