"""Waiting for money (轮候): the list, and who goes on when money comes."""
