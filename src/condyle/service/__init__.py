"""The clinic: the archive, the jobs and the viewer, served over HTTP to browsers and programs."""
