"""The words and lists of cataract relief."""
