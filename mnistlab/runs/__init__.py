"""The record of one network's training, the store of all runs of a lab, and the files they go into."""
