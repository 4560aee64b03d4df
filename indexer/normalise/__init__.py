"""Reads Japanese administrative text: deadlines, places, amounts, themes. Pure functions only."""
