"""What of a read study goes out as DICOM, gathered from its report and its files."""
