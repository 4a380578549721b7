"""Changed facts and the model give causes, consequences and evidence."""
