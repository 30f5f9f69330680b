"""Side by side with the frameworks a user would take instead; see `eval.peers.__main__`."""
