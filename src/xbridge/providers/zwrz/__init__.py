"""Guangdong's identity provider for civil servants (zwrz), and 粤政易, the office app whose users they are.

A sibling of the residents' platform and apart from it (dossier guangdong.md section 8): for administration consoles.  Its
people act for an office, so an identity of theirs is an organisation's and is never linked.
"""

from __future__ import annotations

from xbridge.providers.zwrz.login import PROVIDER

__all__ = ["PROVIDER"]
