"""Standing checks (常设核查): sixteen questions asked of every case each night; what they find waits for an inspector."""
