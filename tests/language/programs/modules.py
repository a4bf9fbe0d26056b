# %%
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

torch.manual_seed(42)

class Net(nn.Module):
    def __init__(self, n_in, n_hidden, n_out=1):
        super(Net, self).__init__()
        self.layer1 = nn.Linear(n_in, n_hidden)
        self.relu = nn.ReLU()
        self.layer2 = nn.Linear(n_hidden, n_out)

    def forward(self, x):
        x = self.layer1(x)
        x = self.relu(x)
        return self.layer2(x)

model = Net(2, 8)
model
# %%
print(model)
for name, p in model.named_parameters():
    print(name, p.shape, p.requires_grad, p.numel())
sum(p.numel() for p in model.parameters() if p.requires_grad)
# %%
X = torch.randn(6, 2)
Y = torch.randn(6, 1)
model(X)
# %%
criterion = nn.MSELoss()
optimizer = optim.Adam(model.parameters(), lr=0.1)
print(optimizer)
for epoch in range(5):
    optimizer.zero_grad()
    loss = criterion(model(X), Y)
    loss.backward()
    optimizer.step()
    print(f"Epoch {epoch + 1}/{5}, Loss: {loss.item():.4f}")
# %%
print(model.layer2.weight[0][0:4])
print(model.layer2.weight.grad[0][0:4])
model.state_dict()
# %%
optimizer.param_groups[0]["lr"]
# %%
for group in optimizer.param_groups:
    group["lr"] = 0.01
optimizer.param_groups[0]["lr"], len(optimizer.state)
# %%
model.eval()
print(model.training)
with torch.no_grad():
    print(model(X[:2]))
model.train().training
# %%
seq = nn.Sequential(
    nn.Linear(3, 4),
    nn.Tanh(),
    nn.Dropout(0.5),
    nn.Linear(4, 2),
    nn.Softmax(dim=1),
)
seq
# %%
seq(torch.ones(2, 3))
# %%
seq.eval()
seq(torch.ones(2, 3))
# %%
seq[0], seq[-1], len(seq), seq[0].weight.shape, seq[0].bias
# %%
class Poly(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.randn(()))
        self.b = nn.Parameter(torch.randn(()))
        self.layers = nn.ModuleList([nn.Linear(1, 1) for _ in range(2)])
    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return self.a + self.b * x
    def string(self):
        return f'y = {self.a.item()} + {self.b.item()} x'
p = Poly()
print(p.string())
p(torch.ones(1, 1)).backward()
p.a.grad, p.b.grad
# %%
p
# %%
list(p.named_parameters())[0]
# %%
class Lazy(nn.Module):
    def __init__(self):
        self.w = nn.Parameter(torch.ones(1))
Lazy()
# %%
class NoForward(nn.Module):
    pass
NoForward()(torch.ones(1))
# %%
model.layer1 = 5
# %%
model.missing
# %%
nn.Linear(2, 3)(torch.ones(4))
# %%
for param in model.layer1.parameters():
    param.requires_grad = False
[p.requires_grad for p in model.parameters()]
# %%
nn.Parameter(torch.ones(2))
# %%
F.relu(torch.tensor([-1.0, 2.0])), F.softmax(torch.tensor([1.0, 2.0]), dim=0), F.mse_loss(torch.ones(2), torch.zeros(2))
# %%
loss_fn = nn.CrossEntropyLoss()
logits = torch.tensor([[2.0, 0.5, 0.1]], requires_grad=True)
loss = loss_fn(logits, torch.tensor([0]))
loss.backward()
loss, logits.grad, loss_fn
