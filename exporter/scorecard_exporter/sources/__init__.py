"""The systems that are read: one file or folder a system, all behind one shape."""
