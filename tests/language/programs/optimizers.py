# %%
import torch
from torch import nn, optim
w = torch.tensor([1.0, -2.0], requires_grad=True)
for kind in (optim.SGD, optim.Adam, optim.AdamW, optim.RMSprop, optim.Adagrad):
    w = torch.tensor([1.0, -2.0], requires_grad=True)
    opt = kind([w], lr=0.1)
    for _ in range(3):
        opt.zero_grad()
        (w ** 2).sum().backward()
        opt.step()
    print(kind.__name__, w, w.grad)
# %%
opt = optim.SGD([w], lr=0.1, momentum=0.9, weight_decay=1e-4, nesterov=True)
opt
# %%
(w ** 2).sum().backward()
opt.step()
opt.state[w], opt.state_dict()
# %%
scheduler = optim.lr_scheduler.StepLR(opt, step_size=2, gamma=0.5)
for epoch in range(4):
    opt.zero_grad()
    (w ** 2).sum().backward()
    opt.step()
    scheduler.step()
    print(epoch, scheduler.get_last_lr(), opt.param_groups[0]['lr'])
# %%
optim.SGD([w], lr=-1)
# %%
optim.SGD([w * 2], lr=0.1)
# %%
optim.SGD([], lr=0.1)
# %%
model = nn.Linear(2, 1)
opt = optim.SGD([{"params": [model.weight]}, {"params": [model.bias], "lr": 0.5}], lr=0.1)
opt
# %%
loss = model(torch.ones(1, 2)).sum()
loss.backward()
nn.utils.clip_grad_norm_(model.parameters(), 0.5)
# %%
model.weight.grad, model.bias.grad
# %%
opt.zero_grad(set_to_none=False)
model.weight.grad
# %%
nn.init.xavier_uniform_(model.weight)
nn.init.zeros_(model.bias)
model.weight, model.bias
# %%
torch.manual_seed(7)
nn.init.normal_(model.weight, mean=0.0, std=0.1)
nn.init.constant_(model.bias, 0.3)
nn.init.kaiming_normal_(model.weight)
# %%
s = optim.lr_scheduler.ExponentialLR(opt, gamma=0.9)
s.step()
opt.param_groups[0]['lr']
