"""What happens because time passes: the ticks, the sweep and the clocks themselves."""
