"""The tables of annotation: lists of cases, who draws on them, and what they drew."""

from __future__ import annotations
