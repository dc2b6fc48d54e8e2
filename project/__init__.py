"""The frame: settings, start and stop, the embedded database. It knows no word of relief."""
