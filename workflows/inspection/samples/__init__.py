"""抽样: cases drawn by lot from a list that is kept, by a seed that is kept, so that anybody draws the same ones again."""
