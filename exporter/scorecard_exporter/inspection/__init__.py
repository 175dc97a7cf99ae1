"""`check --online`: what the systems show, set against what the configuration says about them."""
