"""Measurements that anyone can repeat: each script prints ratios within one run."""
