"""What explains a network: one image followed, one weight worked out, its mistakes, its diagnosis."""
