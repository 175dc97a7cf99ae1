"""Records that any system pushes: a documented JSON format, and CDEvents."""
