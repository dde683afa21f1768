"""Asks a real test workspace what no document of Slack's settles, and takes back what it posted."""
