"""Start-up checks of the frame."""
