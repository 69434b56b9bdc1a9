"""DICOMweb (PS3.18) on the archive: searches, metadata, frames, instances, pictures, storing."""
