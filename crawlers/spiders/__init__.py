"""One file a source. File, class and name agree: `jgrants.py` holds `Jgrants` named `jgrants`."""
