"""Random legal network namespaces, and independent witnesses of what is in them.

``python -m tests.oracle`` (``make oracle``) builds thousands; ``test_random`` a few of them.
"""
