# %%
import torch
weights = torch.ones(4, requires_grad=True)
for epoch in range(3):
    model_output = (weights*3).sum()
    model_output.backward()
    print(weights.grad)
# %%
weights = torch.ones(4, requires_grad=True)
for epoch in range(3):
    model_output = (weights*3).sum()
    model_output.backward()
    print(epoch, weights.grad)
    weights.grad.zero_()
# %%
optimizer = torch.optim.SGD(weights, lr=0.01)
optimizer.step()
optimizer.zero_grad()
# %%
optimizer = torch.optim.SGD([weights], lr=0.01)
optimizer
# %%
model_output = (weights*3).sum()
model_output.backward()
optimizer.step()
print(weights)
optimizer.zero_grad()
print(weights.grad)
# %%
x = torch.tensor(2.0, requires_grad=True)
for _ in range(3):
    y = x ** 2
    y.backward()
    print(x.grad.item(), end=" ")
# %%
y.backward()
