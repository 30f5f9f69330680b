"""What time, memory and disk cost at a thousand to a million passages; `python -m eval.scale` draws it."""
