"""The answer beside the player: autograd's gradients, the derivatives by hand, and differences of real runs."""
