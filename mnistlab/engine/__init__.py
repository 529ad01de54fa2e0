"""The network and how it learns: forward pass, backpropagation, SGD, all by hand and without JIT."""
