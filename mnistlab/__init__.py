"""mnistlab: a lab bench for a neural network that you can see through."""
