"""Studies made of many trials: fit, screen, power, compare, sweep. Empty until the first exists."""
