# %%
import numpy as np
import torch
a = np.array([1, 2, 3])
a
# %%
b = np.array([[1., 2.], [3., 4.]])
print(b, b.shape, b.dtype, b.ndim, b.size)
b.T
# %%
t = torch.from_numpy(b)
t
# %%
b[0, 0] = 9
print(t)
t.add_(1)
b
# %%
x = np.linspace(-1, 1, 5)
x ** 2 + 2 * x - 1
# %%
print(np.sin(x), np.exp(x).sum(), np.mean(x), x.mean())
# %%
torch.ones(3).numpy()
# %%
torch.tensor(np.array([1.5, 2.5]))
# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def loss(y, p):
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))

p = sigmoid(6.7)
p
# %%
loss(0, p)
# %%
print(f"{p:.4f}", p.item(), type(p), float(p))
# %%
np.dot(np.array([1., 2.]), np.array([3., 4.])), np.array([[1, 2], [3, 4]]) @ np.array([1, 1])
# %%
np.zeros((2, 3)), np.ones(2), np.arange(5), np.eye(2)
# %%
m = np.arange(6).reshape(2, 3)
m[1], m[:, 0], m[m > 2], m.sum(axis=0), m.max(), m.argmax()
# %%
np.random.seed(0)
print(np.random.randn(3))
print(np.random.rand(2, 2))
w = np.random.randn()
w
# %%
np.allclose(np.array([0.1 + 0.2]), np.array([0.3])), np.isclose(1.0, 1.0 + 1e-9)
# %%
x = torch.tensor([1., 2.], requires_grad=True)
x.numpy()
# %%
x.detach().numpy()
# %%
np.float32(1.5), np.float64(2.5), np.pi, np.sqrt(2)
# %%
y = np.array([1, 2, 3]) * 2.5
y += 1
y.tolist(), y.astype(np.float32), len(y), list(y)
# %%
for v in np.array([1, 2]):
    print(v, v + 1)
# %%
np.array([1, 2]) + np.array([1, 2, 3])
# %%
grad = (np.square(3 + 1e-5) - np.square(3 - 1e-5)) / 2e-5
round(grad, 6)
