/* A perceptron's examples as a course, and what their pictures are drawn from. Written by `make drawings`. */

export const COURSE = [["One neuron", ["lesson", "bias", "float64"]], ["A line", ["regression", "points"]], ["What goes wrong", ["trap", "logits", "saturated", "dead", "step"]], ["Other losses", ["hinge", "classes"]], ["Networks", ["two_layers", "xor"]]];
export const PICTURES = {
  lesson: {"summary":"x = 6.7, b = 0: a wrong and very sure prediction.","shape":[1,1],"activation":"sigmoid","at":6.7},
  bias: {"summary":"Surer still: the gradients come closer to x and 1.","shape":[1,1],"activation":"sigmoid","at":7.7},
  float64: {"summary":"The same formulas with twice the digits.","shape":[1,1],"activation":"sigmoid","at":2.3},
  regression: {"summary":"x = 1, y = 2, w = 1: the loss is 1, both gradients are −2.","shape":[1,1],"activation":"identity","at":1.0},
  points: {"summary":"The mean over N = 4 rows: each gradient is an average.","shape":[1,1],"activation":"identity","at":null},
  trap: {"summary":"z = 17: ŷ rounds to 1, the loss is inf and the gradient nan.","shape":[1,1],"activation":"sigmoid","at":17.0},
  logits: {"summary":"z = 17 again: this loss never computes ŷ, and stays exact.","shape":[1,1],"activation":"identity","at":17.0},
  saturated: {"summary":"ŷ(1 − ŷ) is almost 0, and with it the gradient: the neuron is wrong and learns nothing.","shape":[1,1],"activation":"sigmoid","at":8.0},
  dead: {"summary":"z is negative, so relu passes 0 on and lets no gradient back.","shape":[1,1],"activation":"relu","at":-2.0},
  step: {"summary":"The first perceptron: its step is flat, so every gradient is 0.","shape":[2,1],"activation":"step","at":-0.2},
  hinge: {"summary":"y is −1 or 1; a prediction beyond the margin has no gradient.","shape":[2,1],"activation":"identity","at":0.5},
  classes: {"summary":"Softmax and cross entropy in one: the gradient of z is softmax(z) minus 1 at the right class.","shape":[2,3],"activation":"identity","at":null},
  two_layers: {"summary":"Two hidden neurons: the gradient of a first weight passes through one of them.","shape":[2,2,1],"activation":"tanh","at":null},
  xor: {"summary":"One hidden neuron says or, one says and; four rows at once.","shape":[2,2,1],"activation":"sigmoid","at":null},
};
