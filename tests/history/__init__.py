"""Nobody changes the past unseen."""
