"""The conversations: one file each, with its listeners and their registration."""
