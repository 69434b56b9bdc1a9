"""Read-only DICOMweb (PS3.18): searches, metadata, frames and instances from the archive."""
