"""The parts of ``condyle deidentify``: key, journal, encrypted table, check and report."""
