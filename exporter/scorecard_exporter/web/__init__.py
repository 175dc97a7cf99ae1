"""The web face: page, API, probes, reload; it reads snapshots and computes no number."""
