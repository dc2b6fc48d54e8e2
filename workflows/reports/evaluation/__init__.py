"""考核: how a branch did in a quarter by indicators that are data, frozen once, answered by the branch, put right by the next."""
