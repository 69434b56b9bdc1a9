"""Recipes: training declarations and patient splits, as YAML."""
