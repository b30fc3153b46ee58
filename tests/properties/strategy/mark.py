"""A text that occurs nowhere else, so that finding it in an error proves that the error repeats what came in."""

from __future__ import annotations

MARK = "標記QX7777779ORIOLE"
