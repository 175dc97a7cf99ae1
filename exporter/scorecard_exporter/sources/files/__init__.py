"""CSV, JSON Lines and YAML files that hold records of any kind."""
