"""Media: pictures and files, kept once, cleaned, and shown only to those who may see what carries them."""
