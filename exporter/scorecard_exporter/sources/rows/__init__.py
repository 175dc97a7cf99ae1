"""Records as people write them, in a file or in a push: columns, and what each may hold."""
