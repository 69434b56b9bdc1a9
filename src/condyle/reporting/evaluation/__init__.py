"""The pages, tables and pictures of an evaluation; it needs the 'evaluate' extra."""
