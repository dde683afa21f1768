"""A Slack bot that carries a won deal from the account executive to customer success."""
