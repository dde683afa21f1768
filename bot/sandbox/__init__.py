"""A Slack workspace on this machine: any Slack app can be pointed at it."""
