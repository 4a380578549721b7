"""Bring back exactly what each node said: inventory, SSH, the probe script, the sweep."""
