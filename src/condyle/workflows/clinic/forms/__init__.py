"""Forms of clinical observations, as YAML: the shipped ones and how any is read."""
