"""What systems push: put into a spool before it is answered, read from there, stored, and shown within seconds."""
