"""Faults done to a library on purpose: processes killed at any moment, and many hours of mixed load."""
