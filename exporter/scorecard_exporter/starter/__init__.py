"""`init`: a configuration to begin with, from what an organization or a group has."""
