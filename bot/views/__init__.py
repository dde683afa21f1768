"""What people see: pure functions from read models to Slack's blocks and views."""
