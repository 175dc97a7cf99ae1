"""The numbers: a measure is a list of samples and one way to aggregate them."""
