"""The audit log beside the routes: views of patients, heads of the chain, and its check."""
