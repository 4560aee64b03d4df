"""Vocabularies: fixed lists of the world outside, each with its source."""
