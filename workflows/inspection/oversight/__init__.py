"""对监督的监督: what inspectors did and looked at, for the supervisory board alone."""
