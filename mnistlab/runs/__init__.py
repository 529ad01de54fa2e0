"""The record of one network's training, and the store of all runs of a lab."""
