"""What the layouts with boxes share: pictures, annotators, patients, writing."""
