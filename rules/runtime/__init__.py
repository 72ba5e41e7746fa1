"""What a running process does by itself: loops, start-up, shutdown."""
