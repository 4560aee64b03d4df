"""Interpretation, checks, store, publication and the nightly run."""
