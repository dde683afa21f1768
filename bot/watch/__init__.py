"""Whether the bot is well: looked at, measured, and told to whoever watches over it."""
