"""A sealed copy of a whole case that leaves the house (封存卷宗): sheet, papers, entries, proof, and the means to check them."""
