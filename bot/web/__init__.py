"""HTTP: what Slack calls, and what tells whether the bot is well."""
