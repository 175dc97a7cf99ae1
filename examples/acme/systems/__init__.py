"""The HTTP interfaces of Acme's systems, as those systems really are: one module or folder a system."""
