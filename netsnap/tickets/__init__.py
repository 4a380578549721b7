"""One module a tracker: put a bundle and an explanation where the incident is discussed."""
