"""Random small networks: all pairs by classes held against all pairs walked one by one."""
