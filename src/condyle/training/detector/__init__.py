"""The detectors: one family whose parts are values, and a transformer to hold it against."""
