"""Reports that a clinician edits and signs: filled from findings, set as text, HTML and PDF."""
