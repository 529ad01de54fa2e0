"""The same training in other libraries, each as its own users would write it."""

import jax
import numpy as np

from benchmarks.problem import Problem
from mnistlab.engine.scaling import network_inputs

TARGETS = np.eye(10, dtype=np.float32)


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-z))


class Numpy:
    """Batched matrices, written out."""

    name, share, slow = "numpy", 1.0, False

    def __init__(self, given: Problem):
        self.given = given
        self.layers = [[w.copy(), b.copy()] for w, b in given.layers]

    def epoch(self, order: np.ndarray) -> None:
        config, train = self.given.config, self.given.dataset.train
        for batch in self.given.batches(order):
            activations = [network_inputs(train.images[batch], config.scaling)]
            for w, b in self.layers:
                activations.append(sigmoid(activations[-1] @ w.T + b))
            a = activations[-1]
            delta = 2.0 * (a - TARGETS[train.labels[batch]]) * a * (1.0 - a)
            for index in range(len(self.layers) - 1, -1, -1):
                w, b = self.layers[index]
                a = activations[index]
                back = (delta @ w) * a * (1.0 - a) if index else None
                w -= config.learning_rate * (delta.T @ a)
                b -= config.learning_rate * delta.sum(axis=0)
                delta = back

    def accuracy(self) -> float:
        test = self.given.dataset.test
        a = network_inputs(test.images, self.given.config.scaling)
        for w, b in self.layers:
            a = sigmoid(a @ w.T + b)
        return float((a.argmax(axis=1) == test.labels).mean())


class TorchEager:
    """PyTorch eager: autograd and torch.optim.SGD, on the kind of device that JAX has."""

    name, share, slow = "PyTorch eager, autograd + SGD", 1.0, False

    def __init__(self, given: Problem):
        import torch

        self.given, self.torch = given, torch
        self.device = "cuda" if jax.default_backend() == "gpu" else "cpu"
        modules = []
        for w, b in given.layers:
            linear = torch.nn.Linear(w.shape[1], w.shape[0])
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(w))
                linear.bias.copy_(torch.from_numpy(b))
            modules += [linear, torch.nn.Sigmoid()]
        self.model = torch.nn.Sequential(*modules).to(self.device)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=given.config.learning_rate)
        train = given.dataset.train
        self.images = torch.from_numpy(np.array(train.images).reshape(len(train.images), -1)).to(self.device)
        self.targets = torch.from_numpy(TARGETS[train.labels]).to(self.device)
        self.scale = 255.0 if given.config.scaling == "unit" else 1.0

    def epoch(self, order: np.ndarray) -> None:
        order = self.torch.from_numpy(order).to(self.device)
        for batch in self.given.batches(order):
            answers = self.model(self.images[batch].float() / self.scale)
            loss = ((answers - self.targets[batch]) ** 2).sum()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        if self.device == "cuda":
            self.torch.cuda.synchronize()

    def accuracy(self) -> float:
        test = self.given.dataset.test
        pixels = self.torch.from_numpy(network_inputs(test.images, self.given.config.scaling))
        with self.torch.no_grad():
            answers = self.model(pixels.to(self.device)).argmax(dim=1).cpu().numpy()
        return float((answers == test.labels).mean())


class ScikitLearn:
    """MLPClassifier.partial_fit; its cost is cross-entropy on a softmax, averaged over the mini-batch."""

    name, share, slow = "scikit-learn MLPClassifier", 1.0, True

    def __init__(self, given: Problem):
        from sklearn.neural_network import MLPClassifier

        self.given = given
        config = given.config
        self.model = MLPClassifier(
            config.hidden,
            activation="logistic",
            solver="sgd",
            alpha=0.0,
            batch_size=config.batch_size,
            learning_rate_init=config.learning_rate * config.batch_size,
            momentum=0.0,
            random_state=0,
        )

    def epoch(self, order: np.ndarray) -> None:
        train = self.given.dataset.train
        for batch in self.given.batches(order):
            pixels = network_inputs(train.images[batch], self.given.config.scaling)
            self.model.partial_fit(pixels, train.labels[batch], classes=np.arange(10))

    def accuracy(self) -> float:
        test = self.given.dataset.test
        answers = self.model.predict(network_inputs(test.images, self.given.config.scaling))
        return float((answers == test.labels).mean())
