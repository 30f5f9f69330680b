"""A page under mixed load for hours: whether its memory, file handles and threads stay flat."""
