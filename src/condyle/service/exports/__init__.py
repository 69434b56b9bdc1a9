"""Tables that are taken along: the audit log, corrections, a prospective study."""
