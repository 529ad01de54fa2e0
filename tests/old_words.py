"""The first version's own words for what the field has a term for: `ui/test_words.py` looks for them."""

SIDEBAR = """Digits | Spread of first weights | 0.01 | 1 / √n | Pixel values | 0 to 255 | divided by 255
Stop if no better for so many epochs | Training images | Large type | Begin the new one | Train the new one"""
DATA = """Kinds | Map | A map of the digits | To beat | What there is to beat | Drawn by the lab
If MNIST cannot be had | One template, forty variations | Sixteen of them | Reshuffle | What lies on the shelf
Ten kinds | Mostly paper | nearest class mean | the most frequent | mean darkness | Across | Upwards | Form
Seed of the writers | Write again | How far the pen has come | How many of each digit | test images read right
Which values pixels have | The mean of each digit"""
ARCHITECTURE = """The squeeze σ | The squeeze | The sums z | Where images fall on it | First weights
What the first layer looks for | What it can do | What can such a network do?
What it says before it has learned | What it says | Test images read right | On the bench"""
BACKPROP = """The gradient | One weight | By hand | Turn this weight by hand | Is it right? | furthest apart
Here is the proof | One step | One step of training | promise | promised change | kept of the promise
what the gradient promises | what it does | cost that the slope promises | The steepest | A mistake
The code | The code that ran | You meant a"""
TRAIN = """Digits | Take away | Take it with you | Bring it back | The same curve elsewhere
The notebook's log | Put it on the bench | on the bench | in the curves | Hide from the curves
Show in the curves | read right | share read right | last | best | Recall of each digit | is | read as
Gradient, layer by layer | How the weights are spread
The worst mistakes | Go on | Well | broke in epoch | Sweep | How many η
first weights | What the units of the first layer look for"""
PREDICT = """What it answers | It was a ... | runner-up | What the network sees | Raw resize | Why
What speaks for | The nearest training digits | Its worst mistakes | What it reads wrong | Torn between
No output fired"""
TEACHER = """Your words above every page | Pages to leave out | It opens on | Settings to hide"""

PLACES = (SIDEBAR, DATA, ARCHITECTURE, BACKPROP, TRAIN, PREDICT, TEACHER)
LABELS = frozenset(
    label.strip().casefold() for place in PLACES for line in place.splitlines() for label in line.split("|")
)
PHRASES = (  # nowhere, in no sentence either
    *("drawn by the lab", "the squeeze", "on the bench", "on the shelf", "spread of first weights"),
    *("read right", "broke in epoch", "torn between", "runner-up", "no output fired", "settled on a digit"),
    *("kept of the promise", "furthest apart", "large type", "here is the proof"),
)
