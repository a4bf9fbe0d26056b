# %% [markdown]
# # “argmax and round learn”
# round gives a zero, argmax has no edge at
# all.

# %%
# round has an edge, and its slope is 0.
import torch

x = torch.tensor([1.4, 2.6], requires_grad=True)
y = torch.round(x).sum()
y.backward()
x.grad

# %%
# argmax gives an integer: no edge leads back.
best = torch.argmax(x)
print(best, best.requires_grad)
best.backward()
