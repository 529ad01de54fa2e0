"""What is worked out to be looked at: one image followed, one weight explained, the easy baselines."""
