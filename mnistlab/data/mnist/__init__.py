"""MNIST itself: where its four files come from, whether they are whole, and how they are read."""
