"""The web page: questions on the left, the proof on the right."""
