"""Shapes of the lab that faults need before the first snapshot, and that go after the last."""
