"""Slack's JSON as safe HTML for one reader, and posted forms as the choices a person made."""
