# %%
import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
handle = y.register_hook(lambda g: print("gradient of y:", g))
y.sum().backward()
handle.remove()
y = x * 3
y.sum().backward()
x.grad
# %%
x.grad = None
h = x.register_hook(lambda grad: grad * 10)
(x ** 2).sum().backward()
print(x.grad)
h.remove()
# %%
grads = {}
def save_grad(name):
    def hook(grad):
        grads[name] = grad
    return hook
w = torch.tensor(3.0, requires_grad=True)
z = w ** 2
z.register_hook(save_grad('z'))
q = z + 1
q.backward()
grads
# %%
grads['z'], w.grad
# %%
print(q.grad_fn)
print(q.grad_fn.next_functions)
print(q.grad_fn.next_functions[0][0].next_functions)
print(q.grad_fn.next_functions[0][0].next_functions[0][0].variable)
q.grad_fn.name(), type(q.grad_fn)
# %%
import torch.nn as nn
net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
def show(module, inputs, output):
    print(module.__class__.__name__, tuple(output.shape))
handles = [layer.register_forward_hook(show) for layer in net]
net(torch.ones(1, 2))
# %%
for h in handles:
    h.remove()
net(torch.ones(1, 2))
# %%
def printer(module, grad_input, grad_output):
    print("backward", grad_output[0])
b = net[2].register_full_backward_hook(printer)
net(torch.ones(1, 2)).sum().backward()
net[0].bias.grad
