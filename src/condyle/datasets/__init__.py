"""Labelled archives: one module a layout, each giving cases."""
