"""The pages of the lab, in the order of the menu."""

from typing import NamedTuple


class PageInfo(NamedTuple):
    """A page: its file is pages/<name>.py, its address /<name>."""

    name: str
    title: str
    sentence: str  # what one does there, under its title
    card: str = ""  # the same for who has not been there, on Home


PAGES = {
    page.name: page
    for page in (
        PageInfo(
            "home",
            "Home",
            "A lab bench for a neural network that you can see through: browse the digits, shape the "
            "network, follow one image through backpropagation, train, and then write a digit and ask.",
        ),
        PageInfo(
            "data",
            "Data",
            "Before you teach a network to read, look at what it will read: where it is easy, where people "
            "disagree, and how far one gets without a network.",
            "Look at the digits, and at how far you get without a network.",
        ),
        PageInfo(
            "architecture",
            "Architecture",
            "Shape your network in the sidebar and watch it take form here: its units, its weights, its "
            "activation function, and its outputs for an image before training.",
            "Shape a network, and see its outputs before training.",
        ),
        PageInfo(
            "backprop",
            "Backprop",
            "Follow one image through the network and its error back, down to the slope $\\partial L / "
            "\\partial W_{ij}$ of a single weight, with all its numbers.",
            "Follow one image forward, and its error back, number by number.",
        ),
        PageInfo(
            "train",
            "Train",
            "Let the network learn. After each epoch you see its cost $L$ and its accuracy, on the images it "
            "learns from and on those it has never seen.",
            "Watch cost and accuracy, epoch by epoch.",
        ),
        PageInfo(
            "predict",
            "Predict",
            "Draw a digit. It is framed as MNIST framed its digits, your network reads it, and you see why.",
            "Draw a digit. Your own network reads it, and shows why.",
        ),
    )
}

TO_LEAVE_OUT = tuple(name for name in PAGES if name != "home")  # by a lesson; Home is always there
