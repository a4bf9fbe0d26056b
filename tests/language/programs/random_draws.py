# %%
import torch
torch.manual_seed(0)
print(torch.rand(2), torch.randn(2), torch.randint(0, 10, (3,)), torch.randperm(5))
# %%
torch.randint(10, (2, 2)), torch.rand_like(torch.ones(2)), torch.randn_like(torch.ones(2)), torch.randint(low=0, high=5, size=(2,))
# %%
torch.normal(0.0, 1.0, size=(3,)), torch.normal(torch.zeros(2), torch.ones(2)), torch.bernoulli(torch.full((4,), 0.5)), torch.multinomial(torch.tensor([0.2, 0.8]), 3, replacement=True)
# %%
t = torch.empty(3)
t.normal_(), t.uniform_(-1, 1), t.clone().normal_(2, 3), t.bernoulli_(0.5), t.random_(10)
# %%
torch.nn.functional.dropout(torch.ones(8), 0.5)
# %%
d = torch.nn.Dropout(p=0.3)
x = torch.ones(2, 4, requires_grad=True)
y = d(x)
print(y)
y.sum().backward()
x.grad
# %%
d.eval()
d(x), d
# %%
torch.manual_seed(1)
layer = torch.nn.Linear(3, 2)
layer.weight, layer.bias
# %%
torch.nn.Linear(2, 2, bias=False).weight
# %%
e = torch.nn.Embedding(4, 2)
e.weight, e(torch.tensor([0, 3]))
# %%
torch.nn.Conv2d(1, 1, 2).weight
# %%
torch.randn(2, 3, requires_grad=True, dtype=torch.float64)
# %%
g = torch.manual_seed(5)
torch.rand(())
# %%
torch.manual_seed(3);
torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2), torch.nn.LayerNorm(2))(torch.randn(3, 2))
# %%
torch.nn.init.uniform_(torch.empty(3))
# %%
import random
random.seed(1)
random.random(), random.randint(1, 10), random.choice([1, 2, 3]), random.uniform(0, 1), random.gauss(0, 1)
