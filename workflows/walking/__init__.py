"""Walking a case (走一遍): the same real actions that people use, driven for the demonstration, the tests and `walk`."""
