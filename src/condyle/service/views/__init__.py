"""What the archive holds, as the interface gives it: rows into bodies, in the reader's words."""
