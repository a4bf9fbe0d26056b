# %%
%matplotlib inline
# %%
import torch
x = torch.ones(2, 2, requires_grad=True)
x
# %%
y = x + 2
print(y)
y.grad_fn
# %%
z = y * y * 3
out = z.mean()
print(z, out)
# %%
out.backward()
x.grad
# %%
y.grad
# %%
out.backward()
# %%
x = torch.tensor(2, requires_grad=True)
