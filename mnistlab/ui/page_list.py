"""The pages of the lab, in the order of the menu."""

from typing import NamedTuple


class PageInfo(NamedTuple):
    """A page: its file is pages/<name>.py, its address /<name>."""

    name: str
    sentence: str  # what one does there, under its title
    card: str = ""  # the same for who has not been there, on Home

    @property
    def title(self) -> str:
        """Its name as it stands above it and in the menu."""
        return self.name.capitalize()


PAGES = {
    page.name: page
    for page in (
        PageInfo(
            "home",
            "A lab bench for a neural network that you can see through: browse the digits, shape the "
            "network, follow one image through backpropagation, train, and then write a digit and ask.",
        ),
        PageInfo(
            "data",
            "Before you teach a network to read, look at what it will read: where it is easy, where people "
            "disagree, and how far one gets without a network.",
            "Look at the digits, and at how far you get without a network.",
        ),
        PageInfo(
            "architecture",
            "Shape your network in the sidebar and watch it take form here: its units, its weights, its "
            "activation function, and its outputs for an image before training.",
            "Shape a network, and see its outputs before training.",
        ),
        PageInfo(
            "backprop",
            "Follow one image through the network and its error back, down to the slope $\\partial L / "
            "\\partial W_{ij}$ of a single weight, with all its numbers. Or break a copy of the network, "
            "under *Ablation*.",
            "Follow one image forward and its error back, number by number; and break a copy on purpose.",
        ),
        PageInfo(
            "train",
            "Let the network learn. After each epoch you see its cost $L$ and its accuracy, on the images it "
            "learns from and on those it has never seen.",
            "Watch cost and accuracy, epoch by epoch.",
        ),
        PageInfo(
            "predict",
            "Draw a digit. It is framed as MNIST framed its digits, your network reads it, and you see why.",
            "Draw a digit. Your own network reads it, and shows why.",
        ),
    )
}

TO_LEAVE_OUT = tuple(name for name in PAGES if name != "home")  # by a lesson; Home is always there
