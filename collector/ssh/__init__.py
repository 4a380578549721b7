"""SSH: the one door to paramiko. Its errors, and those of its sockets, end here."""

import logging

# Without a handler of its own, Python would print paramiko's complaints beside our sentences.
logging.getLogger("paramiko").addHandler(logging.NullHandler())
