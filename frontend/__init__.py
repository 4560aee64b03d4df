"""Server-rendered pages for the public and for staff."""
