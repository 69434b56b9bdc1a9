"""What is wrong with a labelled archive, found before anything is trained on it."""
