"""A perceptron's settings: the model, how its fields are read and edited, and its presets."""
