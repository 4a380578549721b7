"""One file for each reason why one event follows from another; ``chain.LINKS`` lists them."""
