"""成批办理: several files of one step decided in one go, each singly with its own checks, opinion and result."""
