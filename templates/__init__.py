"""The grammar of each command: one TextFSM file a probe. Data only."""
