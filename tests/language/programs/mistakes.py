# %%
import torch
x = torch.tensor(3.0, requires_grad=True)
y = x * x.detach()
y.backward()
x.grad
# %%
x = torch.tensor(3.0, requires_grad=True)
y = x * x + x
y.backward()
y.backward()
# %%
x = torch.tensor(3.0, requires_grad=True)
y = x + x
y.backward()
y.backward()
x.grad
# %%
y = x ** 2
y.backward(retain_graph=True)
y.backward()
x.grad
# %%
w = torch.tensor(1.0, requires_grad=True)
for _ in range(3):
    loss = (w * 2 - 1) ** 2
    loss.backward()
    w = w - 0.1 * w.grad
# %%
w = torch.tensor(1.0, requires_grad=True)
loss = (w * 2 - 1) ** 2
loss.backward()
w = w - 0.1 * w.grad
print(w, w.is_leaf, w.grad)
# %%
a = torch.tensor([1.0, 2.0], requires_grad=True)
a.argmax().backward()
# %%
a.round().sum().backward()
a.grad
# %%
b = torch.tensor([0.0, 1.0], requires_grad=True)
torch.where(b > 0, torch.log(b), torch.zeros(2)).sum().backward()
b.grad
# %%
c = torch.tensor([2.0, 2.0], requires_grad=True)
c.max().backward()
c.grad
# %%
r = torch.tensor(0.0, requires_grad=True)
torch.relu(r).backward()
r.grad
# %%
loss = torch.tensor(1.0)
loss.backward()
# %%
x.backwards()
# %%
torch.tensr(1.0)
# %%
u = torch.tensor(1.0, requires_grad=True)
v = u.exp()
v.add_(1)
v.backward()
# %%
u = torch.tensor(1.0, requires_grad=True)
v = u * 2
v.add_(1)
v.backward()
u.grad
# %%
u.data = torch.tensor([1.0, 2.0])
u
# %%
u.grad = torch.ones(3)
# %%
u.grad = 5
# %%
u.requires_grad_("yes")
# %%
z = torch.ones(2, requires_grad=True)
z.sum().backward(torch.ones(2))
# %%
torch.tensor([1.0, 2.0]) + "a"
# %%
torch.tensor([[1.0], [2.0, 3.0]])
# %%
x.nonexistent
# %%
torch.zeros(2).to("cuda")
# %%
x = torch.tensor([1., 2.], requires_grad=True)
print(x.grad_fn, x.is_leaf, (x * 1).is_leaf)
x.sum().backward()
x.grad.requires_grad, x.grad.grad_fn
# %%
y = x * 2
y.retain_grad()
y.sum().backward()
y.grad, y.retains_grad
# %%
with torch.no_grad():
    y = x * 2
    y.retain_grad()
# %%
x.detach_()
# %%
y = (x * 1.0)
y.is_leaf, y.requires_grad
# %%
q = torch.ones(1, requires_grad=True) * 2
q.requires_grad = False
# %%
q.detach_()
