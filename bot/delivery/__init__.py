"""Everything that is posted: notices once, surfaces until they show what their rows say."""
