"""Observations that people and scripts give: with `observe`, and to `POST /api/v1/observations`."""
