"""Programs whose every step is checked: one operation each, networks, layers, several calls of backward()."""

from __future__ import annotations

START = """import torch
import torch.nn as nn
import torch.nn.functional as F
torch.manual_seed(0)
a = torch.tensor([[0.3, -1.2, 2.0], [0.7, 1.1, -0.4]], requires_grad=True)
b = torch.tensor([[0.5, 1.2, 2.5], [0.7, 1.1, 0.4]], requires_grad=True)
v = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
s = torch.tensor(0.6, requires_grad=True)
w = torch.tensor([[0.2, 1.3], [-0.6, 0.9], [1.4, -1.1]], requires_grad=True)
"""

EXPRESSIONS = """
a + b|a + v|a * s|a * v|a / b|a - v|v - a|1 - a|a ** 2|2 ** a|a.exp()|a.log()|b.log()|a.tanh()|a.sigmoid()|a.relu()
a.abs()|torch.maximum(a, v)|torch.maximum(a, b)|torch.where(a > 0, a, b)|torch.where(a > 0, a, v)|a.clamp(-1, 1)
a.masked_fill(a > 0, 2.0)|a.masked_fill(a > 0, float("-inf")).exp()|F.gelu(a)|F.softplus(a)|F.leaky_relu(a, 0.1)
F.elu(a)|F.silu(a)|torch.lerp(a, b, 0.25)|torch.atan2(a, b)|torch.hypot(a, v)|torch.div(a, b, rounding_mode="floor")
a % 2|a.add(b, alpha=2)|a.sub(v, alpha=3)|torch.rsub(a, v)|torch.rsub(a, v, alpha=2)|a.square()|b.sqrt()|b.rsqrt()
a.sum()|a.sum(0)|a.sum(1, keepdim=True)|(a * 2).sum(0, keepdim=True).expand(2, 3)|a.sum(-1)|a.mean(1)
a.mean()|a.prod(1)|a.prod()|(a * 0).prod()
v.prod()|a.max()|a.max(1)[0]|torch.stack([v, v]).max()|torch.stack([v, v]).amax(0)|a.amin(0)|a.amax((0, 1))
a.norm()|(a * 0).norm()|a.norm(1)|a.norm(dim=1)|a.logsumexp(1)|a.logsumexp((0, 1))|a.var()|a.std(0)
torch.var_mean(a)[0]|torch.aminmax(a)[1]|a.median()|a.cumsum(0)|v.cumsum(0)|a.cumprod(1)|torch.logcumsumexp(v, 0)
a @ w|a @ v|v @ w|v @ v|v.dot(v)|v.dot(a[0])|w @ a|a @ a.T|torch.addmm(v[:2], a, w, beta=2, alpha=3)
torch.addmm(a @ w, a, w)|torch.addmm(v[:1], a, w)|torch.addmv(v[:2], a, v)|torch.outer(v, v)|torch.outer(v, a[0])
torch.baddbmm(v[:2], torch.stack([a, b]), torch.stack([w, w]))|torch.bmm(torch.stack([a, b]), torch.stack([w, w]))
torch.stack([a, b]) @ w|F.linear(a, w.T, v[:2])|F.linear(v, w.T, v[:2])|F.linear(torch.stack([a, b]), w.T, v[:2])
F.linear(a, w.T)|F.linear(a, b)|torch.einsum("ij,kj->ik", a, b)|torch.einsum("ij,ij->i", a, b)
torch.einsum("bi,ij->bj", a, w)|torch.einsum("i,j->ij", v, v)|torch.matmul(a, w)
a.T|a.t()|a.transpose(0, 1)|torch.stack([a, b]).permute(2, 0, 1)|torch.stack([a, b]).transpose(1, 2)|a.mT
a.reshape(-1)|a.view(3, 2)|a.flatten()|a.unsqueeze(1)|a.unsqueeze(1).squeeze(1)|a.squeeze()|v.expand(2, 3)
a[:, :1].expand(2, 4)|a.expand(1, 2, 3)|s.expand(3)|a.repeat(2, 1)|torch.cat([a, b])|torch.cat([a, b], dim=1)
torch.cat([a, a])|torch.cat([a, v.unsqueeze(0)])|torch.stack([a, b], dim=1)|torch.stack([v, v])|torch.stack([s, s * 2])
a[0]|a[-1]|a[:, 0]|a[:, -1]|a[0, 1]|a[:, 1:]|a[:, ::2]|a[[0, 0]]|a[a > 0]|v[v > 1.5]|a[torch.tensor([1, 0])]
a.gather(1, torch.tensor([[0, 0], [1, 2]]))|a.index_select(1, torch.tensor([0, 2]))|a.take(torch.tensor([0, 4, 4]))
a.split(1)[0]|a.split(1)[1]|a.split(1)[1] * a.split(1)[0]|torch.cat(v.split([1, 2]))|a.unbind()[1]|sum(a.unbind())
sum(a.chunk(3, dim=1))|a.flip(0)|a.roll(1, 1)|a.diagonal()|v.diag()|a.tril()|a.triu()|a.narrow(1, 0, 2)
a.sort(dim=1)[0]|v.sort(descending=True)[0]|a.topk(2, dim=1)[0]|v.unfold(0, 2, 1)|a.repeat_interleave(2)
F.softmax(a, 0)|F.softmax(a, 1)|F.softmax(v, 0)|F.log_softmax(a, 1)|F.log_softmax(v, 0)
F.softmax(torch.stack([a, b]), 1)|F.layer_norm(a, (3,), v, b[0])
F.layer_norm(a, (3,), v, v)|F.layer_norm(a, (3,))|F.layer_norm(a, (2, 3))|F.batch_norm(a, None, None, training=True)
F.dropout(a, 0.5)|F.cross_entropy(a, torch.tensor([0, 2]))|F.cross_entropy(v, torch.tensor(1))
F.cross_entropy(a, torch.tensor([0, 2]), reduction="sum")|F.cross_entropy(a, torch.tensor([0, -100]))
F.nll_loss(F.log_softmax(a, 1), torch.tensor([1, 1]), reduction="none")|F.mse_loss(a, b)|F.mse_loss(s, v[0])
F.cross_entropy(a[:, :1], torch.tensor([0, 0]))|F.cross_entropy(v[:1], torch.tensor(0))
F.mse_loss(a, b, reduction="sum")|F.mse_loss(a, b, reduction="none")|F.l1_loss(a, b)|F.smooth_l1_loss(a, b)
F.binary_cross_entropy(a.sigmoid(), (b > 1).float())|F.binary_cross_entropy_with_logits(a, (b > 1).float())
F.huber_loss(a, b)|F.kl_div(a, b, reduction="sum")|F.embedding(torch.tensor([0, 1, 0]), w)
F.embedding(torch.tensor([0, 1, 0]), w, padding_idx=0)|F.conv1d(a[None], torch.ones(1, 2, 2, requires_grad=True))
F.conv2d(torch.stack([a, b])[None], torch.ones(1, 2, 2, 2, requires_grad=True))|F.max_pool2d(a[None, None], 2)
F.max_pool1d(v[None], 2, stride=1)|F.avg_pool2d(a[None, None], 2)|F.pad(a, (1, 1))|F.normalize(a, dim=1)
a.clone().mul_(2)|a.contiguous()|a.T.contiguous()|a.double()|a.detach() * a|F.cosine_similarity(a, b)|torch.cdist(a, b)
torch.linalg.inv(a @ a.T + torch.eye(2))|torch.linalg.det(a @ a.T)|F.prelu(a, v[:1])|a.mean() * a|a * a + a
a * a.detach()|(a > 0).float() * a|torch.floor(a)|a.sign()|a.round() * a|s * 2 + s|s.sin() * s.exp()|s / 2 - s
torch.maximum(s, s * 2)|torch.minimum(s, v[0])|torch.where(s > 1, s, v[0])|s.clamp(0, 0.5)|s.clamp(0, 1)|s.relu()
(s * 0 + 1).clamp(0, 1)
(-s).relu()|(s - s).abs()|(-s).abs()|s.sigmoid()|(s * 20).sigmoid()|(s * 20).tanh()|s.log()|s.sqrt()|s ** 3|3 / s
s / v[0]|v[0] - s|v[0] + s|v[0] * s|s * s|torch.floor(s)|torch.round(s)|s.floor() + s|s.cos()|s.tan()
"""

PROGRAMS = {
    "passes that are not recorded": """y = v.exp()
torch.autograd.grad(y, v, torch.eye(3), retain_graph=True, is_grads_batched=True)
torch.autograd.grad(y * y, v, torch.eye(3), is_grads_batched=True)
s.tanh().backward()
""",
    "linear layers": """
lin = nn.Linear(3, 2)
lin(v).sum().backward()
(lin(a) ** 2).mean().backward()
""",
    "a network in training": """
net = nn.Sequential(nn.Linear(3, 2), nn.Tanh(), nn.Linear(2, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
for _ in range(2):
    opt.zero_grad()
    F.mse_loss(net(a.detach()), torch.tensor([[0.5], [1.0]])).backward()
    opt.step()
""",
    "tied weights": """
hidden = torch.tanh(a @ w)
back = hidden @ w.T
((back - a) ** 2).sum().backward()
""",
    "a graph that is walked twice": """
y = a * a
z = y.sum()
z.backward(retain_graph=True)
z.backward()
""",
    "a second walk that fails": """
y = s ** 2 + 1
y.backward()
y.backward()
""",
    "a second walk that needs nothing": """
y = s + v.sum()
y.backward()
y.backward()
""",
    "a leaf that nothing leads to": """
unused = torch.tensor(1.0, requires_grad=True)
(s * 2).backward()
later = torch.tensor(3.0, requires_grad=True)
""",
    "seeds": """
(a * b).backward(torch.ones(2, 3))
(v * 2).backward(torch.tensor([0.1, 1.0, 0.001]))
(s * 2).backward(torch.tensor(3.0))
s.backward()
""",
    "changes in place": """
y = a * 2
y += 1
y[0] = 3.0
y.mul_(b)
y.sum().backward()
with torch.no_grad():
    a -= 0.1 * a.grad
a.grad.zero_()
""",
    "retained": """
y = a * 3
y.retain_grad()
(y * y).sum().backward()
""",
    "numbers that are none": """
zero = torch.tensor(0.0, requires_grad=True)
z = torch.log(zero) * zero + torch.sqrt(zero - 1) + zero / zero + 1 / zero + torch.exp(s * 200) + torch.asin(s * 4)
z.backward()
x = torch.where(zero > 0, torch.sqrt(zero), zero)
x.backward()
""",
    "attention": """
q, k = a @ w, b @ w
weights = F.softmax(q @ k.T / 2 ** 0.5, dim=-1)
((weights @ b) ** 2).sum().backward()
""",
    "a recurrent cell": """
state = torch.zeros(1, 2)
for row in a.unbind():
    state = torch.tanh(row.unsqueeze(0) @ w + state @ w[:2] + v[:2])
state.sum().backward()
""",
    "a layer that is used again after its step": """
net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.5)
net(a.detach()).pow(2).mean().backward()
opt.step()
with torch.no_grad():
    guess = net(a)
""",
    "a cell whose state is called c": """
cell = nn.LSTMCell(3, 2)
h, c = torch.zeros(2, 2), torch.zeros(2, 2)
for t in range(2):
    h, c = cell(a.detach(), (h, c))
h.sum().backward()
""",
    "nothing is chosen": """
(v[v > 5] ** 2).mean().backward()
""",
    "a variable called e": """
e = s * 3
y = torch.exp(e) + F.elu(-e) + torch.exp(-e) ** 2 + F.gelu(e) + torch.logsumexp(torch.stack([s, e]), 0)
(y + F.log_softmax(torch.stack([e, y]), 0)[0]).backward()
""",
    "names": """
y = a
z = a.detach()
n = 3
t = a.T
u = (a * 2).sum()
""",
    "an LSTM": """
net=nn.LSTM(3,2)
out,(h,c)=net(torch.stack([a,b]))
(out**2).sum().backward()
""",
    "a GRU": """
net=nn.GRU(3,2)
out,h=net(torch.stack([a,b]))
(out**2).sum().backward()
""",
    "a cell of an LSTM": """
net=nn.LSTMCell(3,2)
h,c=net(a)
(h*c).sum().backward()
""",
    "attention with several heads": """
net=nn.MultiheadAttention(2,1)
q=torch.randn(3,1,2,requires_grad=True)
o,w_=net(q,q,q)
(o**2).sum().backward()
""",
    "a layer of a transformer": """
net=nn.TransformerEncoderLayer(4,2,8,batch_first=True)
q=torch.randn(1,3,4,requires_grad=True)
o=net(q)
(o**2).sum().backward()
""",
    "convolution, in training and not": """
net=nn.Sequential(nn.Conv2d(1,2,2),nn.BatchNorm2d(2),nn.ReLU(),nn.MaxPool2d(1),nn.Flatten(),nn.Linear(4,2))
x=torch.randn(2,1,2,3)
(net(x)**2).mean().backward()
net.eval()
(net(x)**2).mean().backward()
""",
    "a transposed convolution": """
net=nn.ConvTranspose2d(1,1,2)
x=torch.randn(1,1,2,2,requires_grad=True)
(net(x)**2).sum().backward()
""",
    "a bag of embeddings": """
net=nn.EmbeddingBag(4,2)
(net(torch.tensor([[0,1],[2,2]]))**2).sum().backward()
""",
    "an embedding with a padding": """
net=nn.Embedding(4,2,padding_idx=0)
(net(torch.tensor([[0,1],[2,2]]))**2).sum().backward()
""",
    "a gradient of a gradient": """
y=s**3
g=torch.autograd.grad(y,s,create_graph=True)[0]
h=g*2
h.backward()
""",
    "a gradient penalty": """
y=s**3
y.backward(create_graph=True)
z=s.grad**2
z.backward()
""",
    "gradients as results": """
y=(a*b).sum()
ga,gv=torch.autograd.grad(y,[a,v],allow_unused=True,retain_graph=True)
y.backward(inputs=[a])
""",
    "several roots": """
torch.autograd.backward([(a * b).sum(), (v * v).sum()])
torch.autograd.backward([a * b, v * v], [torch.ones(2, 3), torch.tensor([1.0, 2.0, 3.0])])
""",
    "a hook on a leaf whose gradient is rounding alone": """
a.register_hook(lambda g: g * 2)
F.softmax(a, 0).sum().backward()
(F.softmax(a, 0) ** 2).sum().backward()
(F.softmax(a * 3, 0) ** 2).sum().backward()
""",
    "hooks": """
y=a*b
y.register_hook(lambda g: g*10)
a.register_hook(lambda g: None)
(y*y).sum().backward()
""",
    "a function of the program's own": """
class Sq(torch.autograd.Function):
    @staticmethod
    def forward(ctx,x):
        ctx.save_for_backward(x)
        return x*x
    @staticmethod
    def backward(ctx,g):
        x,=ctx.saved_tensors
        return 2*g*x
y=Sq.apply(a)
(y*y).sum().backward()
""",
    "a checkpoint": """
from torch.utils.checkpoint import checkpoint
y=checkpoint(lambda t: torch.tanh(t@w), a, use_reentrant=False)
(y*y).sum().backward()
""",
    "a Hessian": """
torch.autograd.functional.hessian(lambda t:(t**3).sum(), v)
""",
    "a Jacobian": """
torch.autograd.functional.jacobian(lambda t:t*t, v)
""",
    "complex numbers": """
z=torch.view_as_complex(torch.stack([a,b],-1))
(z.abs()**2).sum().backward()
""",
    "data and gradients by hand": """
(a*b).sum().backward()
a.data -= 0.1*a.grad
a.grad=None
a.grad=torch.ones(2,3)
(a*b).sum().backward()
""",
    "flags": """
(a*b).sum().backward()
a.requires_grad_(False)
z=(a*b).sum()
z.backward()
y=b*2
y.detach_()
""",
    "two optimizers": """
opt=torch.optim.Adam([a,b])
opt2=torch.optim.RMSprop([v])
for _ in range(2):
    opt.zero_grad()
    ((a*b).sum()+v.sum()).backward()
    opt.step()
    opt2.step()
    opt2.zero_grad(set_to_none=False)
""",
    "other norms": """
F.group_norm(a[None].reshape(1,2,3),2).pow(2).sum().backward()
F.instance_norm(torch.stack([a,b])).pow(3).sum().backward()
""",
    "scaled dot product attention": """
q=torch.randn(1,2,4,requires_grad=True)
F.scaled_dot_product_attention(q,q,q).pow(2).sum().backward()
""",
    "what is overwritten, and infinite gradients": """
x=torch.tensor([0.,2.],requires_grad=True)
y=x*1
y.zero_()
(-y.sqrt()).sum().backward()
y=x*1
y.fill_(s)
(y*v[:2]).sum().backward()
y=x*1
y.copy_(v[:2])
(y*y).sum().backward()
torch.relu(x).sqrt().sum().backward()
torch.where(x>1,x,v[:2]*0).sqrt().sum().backward()
x.masked_fill(x>1,0.).sqrt().sum().backward()
(x*1)[0].sqrt().backward()
t=x[0]*1
t.zero_()
t.sqrt().backward()
""",
    "tensors without elements": """
x=torch.tensor([-2.5],requires_grad=True)
p,q=x.split([1,0])
r=torch.outer(x,q)
q.backward(torch.ones(0),retain_graph=True)
r.backward(torch.ones(1,0))
x[[]].sum().backward()
""",
    "graphs that share a part": """
h=s*s
p=h.sin()
q=h.cos()
p.backward(retain_graph=True)
q.backward(retain_graph=True)
q.backward()
""",
    "hooks of nodes": """
y=s*3
z=y*y
y.grad_fn.register_hook(lambda given, arriving: (given[0]*10, None))
z.grad_fn.register_prehook(lambda arriving: (arriving[0]*5,))
z.backward()
y=v*v
y.grad_fn.register_hook(lambda given, arriving: (given[0]*2, given[1]))
y.sum().backward()
""",
    "hooks of modules": """
net=nn.Linear(2,1)
x=torch.ones(1,2,requires_grad=True)
net.register_full_backward_hook(lambda module, given, arriving: None)
net(x).sum().backward()
net.register_full_backward_hook(lambda module, given, arriving: (given[0]*100,))
net(x).sum().backward()
net.register_full_backward_pre_hook(lambda module, arriving: (arriving[0]*2,))
net(x).sum().backward()
""",
    "a model that is called G": """
G=nn.Linear(3,1)
opt=torch.optim.SGD(G.parameters(), lr=0.1)
G(a).sum().backward()
opt.step()
""",
    "data, and a pass that is recorded": """
(s*3).backward(create_graph=True)
s.data -= 0.1*s.grad.detach()
x=torch.zeros(2)
x+=1
(s*s*s).backward(create_graph=True)
(s.grad**2).backward()
""",
    "changes through views": """
y=(a*1)
t=y[0]
t.mul_(2)
y.sum().backward()
y2=a*1
y2.view(-1)[1:3]=0
(y2*y2).sum().backward()
""",
    "half precision": """
y=(a.half()*b.half()).float()
(y*y).sum().backward()
""",
    "interpolation": """
F.interpolate(a[None,None],scale_factor=2).pow(2).sum().backward()
F.grid_sample(a[None,None],torch.zeros(1,1,1,2),align_corners=False).sum().backward()
""",
    "linear algebra": """
A=a@a.T+torch.eye(2)
(torch.linalg.solve(A,v[:2])**2).sum().backward()
U,S,V=torch.linalg.svd(w,full_matrices=False)
S.sum().backward()
L=torch.linalg.cholesky(b@b.T+torch.eye(2))
L.pow(2).sum().backward()
torch.linalg.eigvalsh(b@b.T).pow(2).sum().backward()
""",
    "distributions": """
d=torch.distributions.Normal(s,1.0)
(-d.log_prob(torch.tensor(0.3))).backward()
x=torch.distributions.Normal(v,1.0).rsample()
x.pow(2).sum().backward()
""",
    "scatter": """
torch.zeros(2,3).scatter_add(1,torch.tensor([[0,0,1],[2,1,0]]),a).pow(2).sum().backward()
torch.zeros(3).index_add(0,torch.tensor([0,0,2]),v).pow(2).sum().backward()
a.index_fill(1,torch.tensor([0]),0.).pow(2).sum().backward()
""",
    "this and that": """
torch.kron(a,b).pow(2).sum().backward()
torch.tensordot(a,w,1).pow(2).sum().backward()
torch.cross(a,b,dim=1).pow(2).sum().backward()
torch.meshgrid(v,v,indexing='ij')[0].pow(2).sum().backward()
a.rot90().pow(2).sum().backward()
v.tile(2).pow(2).sum().backward()
torch.trapz(v).backward()
a.nanmean().backward()
torch.logaddexp(a,b).sum().backward()
a.fmod(b).sum().backward()
a.renorm(2,0,1.0).sum().backward()
""",
    "a penalty on a gradient": """
D=nn.Sequential(nn.Linear(3,2),nn.Tanh(),nn.Linear(2,1))
x=a.detach().requires_grad_()
g,=torch.autograd.grad(D(x).sum(),x,create_graph=True)
(D(b).mean()+((g.norm(dim=1)-1)**2).mean()).backward()
""",
    "a derivative of a derivative in the loss": """
net=nn.Sequential(nn.Linear(1,2),nn.Sigmoid(),nn.Linear(2,1))
t=torch.tensor([[0.0],[0.5]],requires_grad=True)
u=net(t)
du=torch.autograd.grad(u,t,torch.ones_like(u),create_graph=True)[0]
ddu=torch.autograd.grad(du.sum(),t,create_graph=True)[0]
((ddu+u)**2).mean().backward()
""",
    "two results of the program's own": """
class Two(torch.autograd.Function):
    @staticmethod
    def forward(ctx,x):
        ctx.save_for_backward(x)
        return x*2,x*x
    @staticmethod
    def backward(ctx,p,q):
        return 2*p+2*ctx.saved_tensors[0]*q
p,q=Two.apply(v)
(p*q).sum().backward()
""",
    "what was saved is changed unseen": """
z=(v*v.exp()).sum()
v.data.fill_(2.0)
z.backward()
p=torch.tensor(3.0,requires_grad=True)
q=p*p
p.data.mul_(2)
q.backward()
""",
    "nothing comes back to a node": """
torch.autograd.gradgradcheck(torch.tanh,(torch.ones(1,dtype=torch.double,requires_grad=True),))
""",
    "one parameter's gradient is clipped before its update": """
w = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
optimizer = torch.optim.AdamW([w], lr=0.1)
for step in range(2):
    optimizer.zero_grad()
    (w ** 2).sum().backward()
    torch.nn.utils.clip_grad_norm_([w], 1.0)
    optimizer.step()
""",
    "optimizers that autograd does not count, or whose rule is another": """
for kind,more in ((torch.optim.Adam,{"fused":True}),(torch.optim.SGD,{"fused":True,"momentum":0.9}),
                  (torch.optim.Adam,{"maximize":True}),(torch.optim.Adam,{"amsgrad":True}),
                  (torch.optim.SGD,{"maximize":True,"weight_decay":0.1}),(torch.optim.SGD,{"maximize":True}),
                  (torch.optim.Adam,{"decoupled_weight_decay":True,"weight_decay":0.1}),
                  (torch.optim.RMSprop,{"momentum":0.9}),(torch.optim.Adagrad,{"lr_decay":0.1})):
    w=torch.nn.Parameter(torch.tensor([1.0,-2.0]))
    optimizer=kind([w],lr=0.1,**more)
    for step in range(2):
        optimizer.zero_grad()
        (w*w).sum().backward()
        optimizer.step()
""",
    "a target that is frozen and follows": """
import copy
net=nn.Linear(1,1)
follower=copy.deepcopy(net).requires_grad_(False)
(net(torch.ones(2,1))-follower(torch.ones(2,1))).pow(2).mean().backward()
""",
    "nothing to the power of nothing": """
p=torch.tensor(0.0,requires_grad=True)
(p**p).backward()
""",
    "a product of the program's own": """
class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx,x,y):
        ctx.save_for_backward(x,y)
        return x*y
    @staticmethod
    def backward(ctx,g):
        x,y=ctx.saved_tensors
        return g*y,g*x
Product.apply(v,v.exp()).sum().backward()
""",
    "a row that is masked whole": """
m=torch.tensor([[True,True,False],[False,False,False]])
(a.masked_fill(~m,float("-inf")).softmax(-1)*b).sum().backward()
""",
    "rows that are written one by one": """
m=torch.zeros(2,3)
m[0]=v
m[1:,1]=v[1:2]*2
m.sum().backward()
F.hinge_embedding_loss(a,torch.tensor([[1.0,-1.0,1.0]])).backward()
""",
    "two batches through one batch norm, and then the pass": """
net=nn.BatchNorm1d(3)
(net(a)-net(b)*v).pow(2).sum().backward()
""",
}
"""By what they are about; each after ``START``."""


def expressions() -> list[str]:
    return [expression for line in EXPRESSIONS.strip().split("\n") for expression in line.split("|")]


def program_of(expression: str) -> str:
    """The expression with gradients that differ from element to element."""
    return f"{START}z = {expression}\n(z * z).sum().backward()\n"
