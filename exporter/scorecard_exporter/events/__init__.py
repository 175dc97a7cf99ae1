"""What the systems said: typed records, and the links that are worked out between them."""
