"""Base classes that carry the weight, so that a source costs one small file."""
