"""The words and lists of rare-disease relief."""
