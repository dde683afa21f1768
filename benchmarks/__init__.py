"""Measurements of the running bot; nothing here is part of the product or of its tests."""
