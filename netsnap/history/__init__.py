"""The only door to the database: save, load, resolve times, bundles."""
