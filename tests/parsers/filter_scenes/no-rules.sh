# A namespace in which nobody has made a rule.
#: iptables-save/no-rules:
