"""A perceptron's programs, in the three styles that a lecturer writes."""
