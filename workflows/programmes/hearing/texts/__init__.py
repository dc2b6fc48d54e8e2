"""The words and lists of hearing relief."""
