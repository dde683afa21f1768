"""The process itself: it knows neither Slack nor SQL nor what time it is."""
