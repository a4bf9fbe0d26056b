# %% [markdown]
# # One derivative, by hand and by PyTorch
# The slope of x² at 3 is 6, and autograd
# finds it alone.

# %%
# By hand: y = x², so dy/dx = 2x.
def dy_dx(x):
    return 2 * x

dy_dx(3)

# %%
import torch

x = torch.tensor(3.0, requires_grad=True)
y = x**2
y

# %%
y.backward()
x.grad
