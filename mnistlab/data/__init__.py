"""Where images come from: MNIST, generated digits, drawings and pictures, the digits one keeps."""
