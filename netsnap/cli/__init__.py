"""Commands. Wires the rooms together, decides nothing; alone reads clock, environment, terminal."""
