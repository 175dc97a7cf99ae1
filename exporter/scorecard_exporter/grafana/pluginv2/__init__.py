"""The plugin protocol and gRPC's health check, as Python made from the two files beside."""
