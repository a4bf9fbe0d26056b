# %%
import torch
x = torch.arange(12.).reshape(3, 4).requires_grad_()
x[0], x[-1, -1], x[:, 1], x[1:, ::2], x[..., 0], x[None].shape, x[x > 5]
# %%
y = x[[0, 2]]
y.sum().backward()
x.grad
# %%
x[5]
# %%
x[0, 0] = 1.0
# %%
t = torch.zeros(3, 3)
t[1] = 5
t[:, 2] = torch.tensor([1., 2., 3.])
t[t == 0] = -1
t[0, ...] += 1
t
# %%
with torch.no_grad():
    x[0] = 0
x
# %%
a = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
b = a.clone()
b[0] = 10.0
(b ** 2).sum().backward()
b, a.grad
# %%
c = a * 2
s = c ** 2
c += 1
s.sum().backward()
# %%
a += 1
# %%
for row in x[:2]:
    print(row)
len(x), x.size(), x.size(0), x.shape[1], x.dim(), x.numel(), x.T.shape, x.mT.shape
# %%
torch.tensor(3.0).T
# %%
list(torch.tensor([1, 2])), [v.item() for v in a], tuple(x.shape), x.shape
# %%
torch.gather(x, 1, torch.tensor([[0], [1], [2]])), x.gather(1, torch.tensor([[0], [1], [2]])).shape
# %%
torch.where(a > 2, a, torch.zeros_like(a)), a.argmax(), a.max(), a.max(dim=0), torch.max(a, 0)
# %%
x.view(-1), x.view(4, 3).shape, x.unsqueeze(0).squeeze().shape, x.permute(1, 0).shape, x.flatten().shape
# %%
x.view(5, 5)
# %%
values, indices = torch.sort(torch.tensor([3., 1., 2.]))
values, indices, torch.topk(torch.tensor([3., 1., 2.]), 2)
# %%
torch.cat([a, a]), torch.stack([a, a]), torch.chunk(a, 2), a.split(2), torch.einsum('i,i->', a, a)
# %%
x @ a
# %%
torch.ones(2, 3) + torch.ones(2, 2)
# %%
torch.ones(2, 3) @ torch.ones(2, 3)
# %%
a.tolist(), a.sum().item(), float(a.detach()[0]), int(torch.tensor(3)), bool(torch.tensor(True)), a.mean().detach()
# %%
a.item()
# %%
if a > 0:
    pass
# %%
float(a[0])
# %%
import math
math.sin(a[0])
# %%
torch.isclose(a, a), torch.allclose(a, a), torch.equal(a, a), a == a, (a > 1) & (a < 3), ~(a > 1)
