"""How long tests wait for what comes at once on an idle machine."""

from __future__ import annotations

PATIENCE = 90.0
"""Seconds after which a test gives up waiting. It says nothing of how quick anything is: a machine that is busy with
other tests is late, and only a failure costs this time. A test that is about quickness has a bound of its own."""
