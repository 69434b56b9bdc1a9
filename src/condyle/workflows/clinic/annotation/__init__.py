"""What annotators drew: how well they agree, what they agree on, and writing it as a data set."""
