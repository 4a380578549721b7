"""``python -m netsnap``."""

from netsnap.cli.main import main

main()
