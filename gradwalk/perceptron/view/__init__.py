"""What is drawn of a perceptron, as plain data for the browser."""
