"""The tables of teaching: cases to be read unaided, and how learners read them."""

from __future__ import annotations
