# %%
import torch
x = torch.tensor(2.0, requires_grad=True)
y = x ** 2
y.backward()
x.grad
# %%
x.requires_grad_(False)
# %%
y = x ** 2
y
# %%
y.backward()
# %%
x = torch.tensor(2.0, requires_grad=True)
z = x.detach()
z
# %%
y = x ** 2
y1 = z ** 2
print(y, y1)
y.backward()
y1.backward()
# %%
x = torch.tensor(2.0, requires_grad=True)
with torch.no_grad():
    y = x ** 2
y
# %%
y.requires_grad, x.is_leaf, y.is_leaf
# %%
with torch.set_grad_enabled(False):
    print((x * 2).requires_grad)
with torch.enable_grad():
    print((x * 2).requires_grad)
print(torch.is_grad_enabled())
@torch.no_grad()
def predict(t):
    return t * 3
print(predict(x))
@torch.no_grad
def predict2(t):
    return t * 3
print(predict2(x))
# %%
y = x * 2
y.requires_grad = False
# %%
x.data.mul_(3)
x
# %%
z = x.detach()
z[()] = 7.
x, z.data_ptr() == x.data_ptr()
# %%
x.numpy()
# %%
x.detach().numpy(), x.detach().cpu().numpy().shape
# %%
print(x.grad)
x.grad = None
print(x.grad)
prev = torch.is_grad_enabled()
torch.set_grad_enabled(False)
print((x*2).requires_grad)
torch.set_grad_enabled(True)
print((x*2).requires_grad)
with torch.inference_mode():
    y = x * 2
    print(y.requires_grad)
